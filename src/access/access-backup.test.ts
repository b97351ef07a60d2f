import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../core/errors.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { accessForBackup, accessOfBackup, restoreAccess } from './access-backup.ts';
import { AccessBook } from './access-book.ts';
import { AccessKeys, MAX_GUESTS, MAX_TOKENS } from './access-keys.ts';
import { PasswordHasher } from './password-hash.ts';

const test = suite<{ dir: string }>('access in a backup', { dir: '' });

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'pipit-access-backup-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

async function open(dir: string, name: string) {
  const book = new AccessBook({ log: new RecordingLog() }, join(dir, name));
  await book.load();
  return { book, keys: new AccessKeys({ book, wallTime: () => new Date() }) };
}

test('tokens, guests and the password come back on another station, browsers do not', async ({ dir }) => {
  const one = await open(dir, 'one.json');
  const password = await new PasswordHasher().hash('correct horse');
  const browser = { id: 'b', hash: 'h', createdMs: 1, usedMs: 1, agent: 'Firefox' };
  await one.book.change((record) => ({ ...record, password, signedInWith: password, sessions: [browser] }));
  const { secret } = await one.keys.makeToken('script', 'control');
  const other = await open(dir, 'other.json');
  await restoreAccess(other.book, accessForBackup(one.book));
  assert.is(other.keys.find(secret)?.scope, 'control');
  assert.is(other.book.record.password, password);
  assert.equal(other.book.record.sessions, []);
});

test('a backup without a password does not open a station that has one', async ({ dir }) => {
  const bare = await open(dir, 'bare.json');
  const other = await open(dir, 'other.json');
  const password = await new PasswordHasher().hash('correct horse');
  await other.book.change((record) => ({ ...record, password }));
  await restoreAccess(other.book, accessForBackup(bare.book));
  assert.is(other.book.record.password, password);
});

test('what holds more than a station makes, or a browser, is no backup', async ({ dir }) => {
  const { book } = await open(dir, 'one.json');
  const good = accessForBackup(book) as Record<string, unknown>;
  const token = { id: 'a', name: 'a', scope: 'admin', hash: 'h', createdMs: 1 };
  const guest = { id: 'a', name: 'a', hash: 'h', createdMs: 1, expiresMs: 9 };
  const times = <T>(count: number, what: T) => Array.from({ length: count }, () => what);
  assert.ok(accessOfBackup({ ...good, tokens: times(MAX_TOKENS, token), guests: times(MAX_GUESTS, guest) }));
  for (const bad of [
    { ...good, tokens: times(MAX_TOKENS + 1, token) },
    { ...good, guests: times(MAX_GUESTS + 1, guest) },
    { ...good, sessions: [{ id: 'a', hash: 'h', agent: '', createdMs: 1, usedMs: 1 }] },
    { ...good, password: 'plain text' },
    undefined,
  ]) {
    assert.throws(
      () => accessOfBackup(bad),
      (error: unknown) => error instanceof ConfigError && error.code === 'access.no-backup',
    );
  }
});

test.run();
