import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Log } from '../core/log.ts';
import type { CaptureDevice } from './devices.ts';
import { type MixerControl, parseMixerContents } from './mixer-contents.ts';
import { type MixerPreset, mixerPresetOf, type Wish } from './mixer-presets.ts';

/** What differs in tests. */
export interface MixerOptions {
  /** The program that sets mixers, of alsa-utils. */
  readonly amixer?: string;
  /** Where alsactl keeps what the owner has set. */
  readonly stateFile?: string;
}

/** A mixer that does not answer must not hold up the sound for long. */
const TIMEOUT_MS = 2_000;
const MAX_OUTPUT_BYTES = 512 * 1024;

/**
 * Sets the mixer of a card as its preset says. A card whose mixer the system keeps over restarts (alsactl(1)) is left
 * alone: its owner may have set it. Whatever fails is a line at level debug: a mixer is no reason not to record.
 */
export async function applyMixerPreset(
  device: Pick<CaptureDevice, 'cardId' | 'usbId'>,
  log: Log,
  { amixer = 'amixer', stateFile = '/var/lib/alsa/asound.state' }: MixerOptions = {},
): Promise<void> {
  const { cardId } = device;
  const preset = mixerPresetOf(device);
  if (preset === undefined) return;
  try {
    if (await isKept(cardId, stateFile)) {
      log.debug(`the mixer of ${cardId} stays as the system keeps it in ${stateFile}`);
      return;
    }
    const changes = changesOf(parseMixerContents(await run(amixer, ['-c', cardId, 'contents'])), preset);
    for (const { control, value } of changes)
      await run(amixer, ['-q', '-c', cardId, 'cset', `numid=${control.numid}`, value]);
    if (changes.length > 0)
      log.info(`mixer of ${cardId} set as for ${preset.name}: ${changes.map(sentence).join(', ')}`);
  } catch (error) {
    log.debug(`the mixer of ${cardId} can't be set: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
}

interface Change {
  readonly control: MixerControl;
  /** As amixer takes it; one value counts for all channels. */
  readonly value: string;
}

function changesOf(controls: readonly MixerControl[], { wishes }: MixerPreset): Change[] {
  return controls.flatMap((control) => {
    const wish = wishes.find(([name]) => name.test(control.name))?.[1];
    const wanted = wish === undefined || !control.isWritable ? undefined : wantedOf(control, wish);
    if (wanted === undefined || control.values.every((value) => value === wanted)) return [];
    const value = control.type === 'INTEGER' ? String(wanted) : wanted === 1 ? 'on' : 'off';
    return [{ control, value }];
  });
}

/** Undefined where a wish for a switch meets a volume, or the other way round. */
function wantedOf({ type, min, max }: MixerControl, wish: Wish): number | undefined {
  if (typeof wish === 'boolean') return type === 'BOOLEAN' ? Number(wish) : undefined;
  return type === 'INTEGER' ? min + Math.round(((max - min) * wish) / 100) : undefined;
}

function sentence({ control: { name, type, max }, value }: Change): string {
  return type === 'BOOLEAN' ? `${name} ${value}` : `${name} ${value} of ${max}`;
}

/** alsactl's file has a block `state.CARD {` for each card that it has seen. */
async function isKept(cardId: string, stateFile: string): Promise<boolean> {
  const text = await readFile(stateFile, 'utf8').catch(() => '');
  return text.split('\n').some((line) => line.trim() === `state.${cardId} {`);
}

function run(program: string, args: readonly string[]): Promise<string> {
  const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(program, args, { ...options, env: { ...process.env, LC_ALL: 'C' } }, (error, out) => {
    if (error === null) resolve(out);
    else reject(error);
  });
  return promise;
}
