import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, DeviceError } from '../core/errors.ts';
import { cardLetters } from './card-text.ts';
import { HATS, type Hat } from './hats.ts';

/** The owner's own part of config.txt, on the card's boot partition. */
const FILE = 'usercfg.txt';
const BEGIN = '# --- hat of pipit.txt: Pipit writes what stands from here';
const END = '# --- to here; all other lines are left as they are';
/** Nobody writes more by hand. */
const MAX_CHARACTERS = 64 * 1024;
/** Filters of config.txt for the models that the overlays are for (“conditional filters”); pi4 is also 400 and CM4. */
const MODELS = ['pi02', 'pi2', 'pi3', 'pi4'] as const;

/** What has come of it. */
export interface AppliedHat {
  /** The names as the table has them; empty: nothing is on the header. */
  readonly hats: readonly string[];
  /** The firmware reads it at the next start only. */
  readonly isRestartNeeded: boolean;
}

/**
 * Has the firmware set up what is on the header. Writes `usercfg.txt` whole or not at all, and only when something
 * changes; what somebody else has written there stays.
 *
 * @param bootFolder where the FAT partition is, such as /boot/firmware
 * @param setting one or more names, parted by commas or blanks; nothing or `none`: whatever was written before is taken out
 * @throws ConfigError `onboarding.unknown-hat`, `onboarding.two-sound-cards`
 * @throws DeviceError `onboarding.boot-settings` when the file can't be read or written
 */
export async function applyHat(bootFolder: string, setting: string): Promise<AppliedHat> {
  const hats = hatsOf(setting);
  const path = join(bootFolder, FILE);
  const before = await textOf(path);
  const after = withBlock(
    before,
    hats.flatMap((name) => linesOf(name, HATS[name] as Hat)),
  );
  if (after === before) return { hats, isRestartNeeded: false };
  await write(path, after);
  return { hats, isRestartNeeded: true };
}

/** Names of the table. @throws ConfigError */
function hatsOf(setting: string): string[] {
  const words = setting
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '' && word !== 'none');
  const hats = [...new Set(words.map(nameOf))];
  const cards = hats.filter((name) => HATS[name]?.isSoundCard);
  if (cards.length > 1) {
    throw new ConfigError('onboarding.two-sound-cards', `hat: ${cards.join(' and ')} use the same pins`, {
      remedy: 'Name one of them.',
    });
  }
  return hats;
}

function nameOf(word: string): string {
  const name = Object.keys(HATS).find((each) => each === word || HATS[each]?.aliases.includes(word));
  if (name !== undefined) return name;
  throw new ConfigError('onboarding.unknown-hat', `hat: there is no ${JSON.stringify(word.slice(0, 64))}`, {
    remedy: `These are known: ${Object.keys(HATS).join(', ')}. For any other, write its dtoverlay line into ${FILE}.`,
  });
}

function linesOf(name: string, { about, line, linePi5 }: Hat): string[] {
  const lines = MODELS.flatMap((model) => [`[${model}]`, line]);
  return [`# ${name}: ${about}`, ...lines, ...(linePi5 === undefined ? [] : ['[pi5]', linePi5])];
}

/** The text with these lines between the marks; with none of them there when there are no lines. */
function withBlock(text: string, lines: readonly string[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const all = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const from = all.indexOf(BEGIN);
  // With one mark gone nobody knows which lines are ours: then all stay, and the block is written anew at the end.
  const to = from < 0 ? -1 : all.indexOf(END, from);
  const isWhole = from >= 0 && to >= 0;
  const others = isWhole
    ? [...all.slice(0, from), ...all.slice(to + 1)]
    : all.filter((line) => line !== BEGIN && line !== END);
  if (lines.length === 0) return isWhole || others.length !== all.length ? joined(others, end) : text;
  // A filter that stands before it would count for the block too, and one inside it for what comes after.
  const block = [BEGIN, ...lines, '[all]', END];
  const at = isWhole ? from : others.length;
  return joined([...others.slice(0, at), ...block, ...others.slice(at)], end);
}

function joined(lines: readonly string[], end: string): string {
  return lines.length === 0 ? '' : lines.join(end) + end;
}

/** Whichever editor wrote it: the firmware reads only what a byte stands for, so it is written without a mark. */
async function textOf(path: string): Promise<string> {
  let text: string;
  try {
    ({ text } = cardLetters(await readFile(path)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw failed(path, 'read', cause);
  }
  if (text.length > MAX_CHARACTERS) throw failed(path, 'read', new Error('it is far too long'));
  return text;
}

/** FAT has no journal: the new file is on the card before it takes the old one's name. */
async function write(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  try {
    const file = await open(draft, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    // Half a draft would take the room that is missing.
    await rm(draft, { force: true }).catch(() => {});
    throw failed(path, 'written', cause);
  }
}

function failed(path: string, how: 'read' | 'written', cause: unknown): DeviceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DeviceError('onboarding.boot-settings', `${path} can't be ${how}: ${why}`, {
    remedy: 'Check the card: its boot partition may be full, read-only or damaged.',
    cause,
  });
}
