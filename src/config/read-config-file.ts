import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Diagnostics, InvalidConfig } from './diagnostic.ts';

/** Far more than any configuration; keeps a wrong path from filling the memory. Bytes. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/**
 * The text of a configuration file.
 * @throws InvalidConfig when it is missing, unreadable, no plain file, too large or no UTF-8.
 */
export function readConfigFile(file: string): string {
  let bytes: Uint8Array;
  try {
    refuseStrange(file, statSync(file));
    bytes = readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  return decoded(file, bytes);
}

/**
 * The same without making anybody wait for a slow card.
 * @throws InvalidConfig
 */
export async function readConfigText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    refuseStrange(file, await stat(file));
    bytes = await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  return decoded(file, bytes);
}

/** The refusal of a text beyond MAX_CONFIG_BYTES. */
export function tooLarge(file: string): InvalidConfig {
  return refused(file, 'it is too large', `${MAX_CONFIG_BYTES} bytes are the most`, 'is this the right file?');
}

/** The refusal of a file that held something, and now holds nothing. */
export function emptied(file: string): InvalidConfig {
  const why = 'it held settings before, and everything would be as it is by default, open to everybody';
  return refused(file, 'it is empty', why, 'write it again; if that is what you want, write a comment into it');
}

/** True when a file could not be read because there is none. */
export function isMissing(error: unknown): boolean {
  return error instanceof InvalidConfig && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'reading it is not allowed',
  ENOTDIR: 'a part of its path is no directory',
};

function refuseStrange(file: string, status: Stats): void {
  if (!status.isFile()) throw refused(file, 'it is no file', 'a configuration is a plain file', 'name another path');
  if (status.size > MAX_CONFIG_BYTES) throw tooLarge(file);
}

function unreadable(file: string, error: unknown): InvalidConfig {
  if (error instanceof InvalidConfig) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const why = REASONS[code] ?? `the system says ${code}`;
  return refused(file, 'it can not be read', why, 'check the path and its permissions', error);
}

function decoded(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw refused(file, 'it is no UTF-8 text', 'HCL is written in UTF-8', 'save it as UTF-8', error);
  }
}

function refused(file: string, what: string, why: string, remedy: string, cause?: unknown): InvalidConfig {
  const diagnostics = new Diagnostics();
  diagnostics.error({ file, line: 0, column: 0 }, what, why, remedy);
  return new InvalidConfig(diagnostics.list, cause);
}
