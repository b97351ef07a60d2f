import { ConfigError } from '../core/errors.ts';
import type { AccessBook } from './access-book.ts';
import { MAX_GUESTS, MAX_TOKENS } from './access-keys.ts';
import { type AccessRecord, formatRecord, parseRecord } from './access-record.ts';

/** What a backup holds of who may do what: hashes of the password, tokens and guests' links, and no browser. */
export function accessForBackup(book: AccessBook): unknown {
  return JSON.parse(formatRecord({ ...book.record, sessions: [], signedInWith: '' }));
}

/**
 * What a backup says of who may do what.
 * @throws ConfigError `access.no-backup` for what `accessForBackup` did not make
 */
export function accessOfBackup(content: unknown): AccessRecord {
  const record = parseRecord(JSON.stringify(content) ?? '');
  // More than the station makes would have every request look through them.
  const isTooMuch = record !== undefined && (record.tokens.length > MAX_TOKENS || record.guests.length > MAX_GUESTS);
  if (record === undefined || record.sessions.length > 0 || isTooMuch) {
    throw new ConfigError('access.no-backup', 'What the backup says of passwords is damaged', {
      remedy: 'Choose another backup.',
    });
  }
  return record;
}

/**
 * Takes a backup over. Browsers stay signed in as long as the password stays; a backup without a password leaves the one
 * there is, so that nobody else can set the first one.
 * @throws DeviceError when it can't be kept
 */
export function restoreAccess(book: AccessBook, content: unknown): Promise<void> {
  const { password, tokens, guests } = accessOfBackup(content);
  return book.change((record) => ({
    ...record,
    tokens,
    guests,
    password: password === '' ? record.password : password,
  }));
}
