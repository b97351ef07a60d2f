import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, PipitError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { applyHat } from './apply-hat.ts';
import type { Card } from './card.ts';
import { type CardSettings, formatTrouble, type ReadSettings, type Trouble, type WifiWish } from './card-settings.ts';
import { IMAGER_FILES, IMAGER_NOTE, type ImagerContents, type ImagerFile, readImagerFiles } from './imager-files.ts';
import { iwdNetworkFile } from './iwd-network-file.ts';
import { PIPIT_TXT, readPipitTxt } from './pipit-txt.ts';
import { keepSshKeys } from './ssh-keys.ts';
import { withoutPassword } from './without-password.ts';

/** What is wrong with the files of the card, for whoever looks at them on a PC. */
export const ERRORS_FILE = 'pipit-errors.txt';

export interface FirstBootDeps {
  readonly log: Log;
  readonly card: Card;
  /** The data partition. */
  readonly data: string;
  /** Writes a file that is whole after a power cut, only for its owner to read where `isSecret`. */
  readonly write: (file: string, text: string, isSecret: boolean) => Promise<void>;
  /** Sets the station's name in its configuration. @throws PipitError */
  readonly nameStation: (name: string) => Promise<void>;
}

/** What comes of it. */
export interface FirstBootOutcome {
  /** The firmware takes something in with the next start only. */
  readonly isRestartNeeded: boolean;
}

/**
 * Takes over what the owner of the card has written on it: `pipit.txt`, and what Raspberry Pi Imager leaves. All of it
 * goes to the data partition, from where each start applies it; then what is secret is taken from the card, which every PC
 * can read. What is wrong is told in the log and in `pipit-errors.txt`, and the rest counts. May be cut short at any point
 * and done again.
 */
export async function takeOver(deps: FirstBootDeps): Promise<FirstBootOutcome> {
  const { card, log } = deps;
  const troubles: Trouble[] = [];
  const own = await readFrom(card, PIPIT_TXT, troubles);
  const imager = await imagerContents(card, troubles);
  const nothing: ReadSettings = { settings: {}, troubles: [], notes: [] };
  const [written, given] = [own === undefined ? nothing : readPipitTxt(own), readImagerFiles(imager)];
  // What somebody wrote by hand is newer than what stood there when the card was made.
  const settings = { ...given.settings, ...written.settings };
  troubles.push(...written.troubles, ...given.troubles);
  for (const note of given.notes) log.notice(note);
  if (settings.wifi !== undefined) await keepWifi(deps, settings.wifi, troubles);
  await keep(deps, settings);
  const isRestartNeeded = await applyRest(deps, settings, troubles);
  for (const trouble of troubles) log.warning(formatTrouble(trouble));
  // What was refused stays: its owner is to mend it.
  const isTaken = written.settings.wifi !== undefined;
  try {
    await tell(card, troubles);
  } finally {
    // A card without room for the one may have it for the other.
    await scrub(card, isTaken ? own : undefined, imager);
  }
  return { isRestartNeeded };
}

/** One that is far too long is told, and left as it is. */
async function readFrom(card: Card, file: string, troubles: Trouble[]): Promise<Uint8Array | undefined> {
  try {
    return await card.read(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    troubles.push({ file, text: sentencesOf(error) });
    return undefined;
  }
}

async function imagerContents(card: Card, troubles: Trouble[]): Promise<ImagerContents> {
  const contents: Partial<Record<ImagerFile, Uint8Array>> = {};
  for (const name of IMAGER_FILES) {
    const bytes = await readFrom(card, name, troubles);
    if (bytes !== undefined) contents[name] = bytes;
  }
  return contents;
}

async function keepWifi({ data, log, write }: FirstBootDeps, wish: WifiWish, troubles: Trouble[]): Promise<void> {
  const { password, ...network } = wish;
  const { name, content } = iwdNetworkFile({ ...network, password: password ?? 'taken over' });
  const file = join(data, 'iwd', name);
  if (password !== undefined) {
    await write(file, content, true);
    log.notice(`the network “${wish.ssid}” is known from now on`);
  } else if (!existsSync(file)) {
    troubles.push({
      file: PIPIT_TXT,
      text: 'wifi_name was changed: write the wifi_password of that network beside it.',
    });
  }
}

/** One small file for each, as the script that applies them at each start wants them. */
async function keep({ data, log, write }: FirstBootDeps, settings: CardSettings): Promise<void> {
  const { country, hostname, sshKeys, timeZone, user } = settings;
  const system = (name: string, text: string) => write(join(data, 'system', name), `${text}\n`, false);
  if (country !== undefined) await system('wifi/country', country);
  if (hostname !== undefined) await system('hostname', hostname);
  if (timeZone !== undefined) await system('time-zone', timeZone);
  if (sshKeys === undefined) return;
  const deps = { data, write: (file: string, text: string) => write(file, text, false) };
  if (await keepSshKeys(deps, sshKeys, user)) {
    log.notice(`SSH is on, for ${sshKeys.length === 1 ? 'one key' : `${sshKeys.length} keys`} and no other`);
  }
}

/** What other rooms look after. What they refuse is told as the rest is. */
async function applyRest(deps: FirstBootDeps, settings: CardSettings, troubles: Trouble[]): Promise<boolean> {
  const { hat, stationName } = settings;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      troubles.push({ file: PIPIT_TXT, text: sentencesOf(error) });
      return undefined;
    }
  };
  if (stationName !== undefined) await attempt(() => deps.nameStation(stationName));
  if (hat === undefined) return false;
  return (await attempt(() => applyHat(deps.card.folder, hat)))?.isRestartNeeded ?? false;
}

/** With the line ends of Windows, whose editor shows these on every system. */
async function tell(card: Card, troubles: readonly Trouble[]): Promise<void> {
  if (troubles.length === 0) return await card.remove(ERRORS_FILE);
  const lines = [
    'What Pipit did not take at its last start. Everything else counts.',
    '',
    ...troubles.map(formatTrouble),
  ];
  await card.write(ERRORS_FILE, `${lines.join('\r\n')}\r\n`);
}

async function scrub(card: Card, own: Uint8Array | undefined, imager: ImagerContents): Promise<void> {
  const without = own === undefined ? undefined : withoutPassword(own);
  if (without !== undefined) await card.write(PIPIT_TXT, without);
  for (const name of ['user-data', 'network-config'] as const) {
    const bytes = imager[name];
    if (bytes !== undefined && Buffer.from(bytes).toString() !== IMAGER_NOTE) await card.write(name, IMAGER_NOTE);
  }
  if (imager['firstrun.sh'] !== undefined) await card.remove('firstrun.sh');
}
