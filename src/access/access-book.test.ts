import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecordingLog } from '../testkit/recording-log.ts';
import { AccessBook } from './access-book.ts';
import { type AccessRecord, EMPTY_RECORD, formatRecord, parseRecord, type TokenRecord } from './access-record.ts';

const test = suite('access book');

function temporary() {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-book-'));
  const file = join(dir, 'deeper', 'access.json');
  const log = new RecordingLog();
  return {
    file,
    log,
    open: async () => {
      const book = new AccessBook({ log }, file);
      await book.load();
      return book;
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const token = (id: string): TokenRecord => ({ id, name: id, scope: 'read', hash: 'h', createdMs: 1 });
const adding =
  (id: string) =>
  (record: AccessRecord): AccessRecord => ({
    ...record,
    tokens: [...record.tokens.filter((each) => each.id !== id), token(id)],
  });

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error) => error.code,
  );
}

test('what was changed is there again after a restart, in a file that nobody else can read', async () => {
  using place = temporary();
  const book = await place.open();
  await Promise.all(Array.from({ length: 20 }, (_, index) => book.change(adding(`t${index}`))));
  assert.is(statSync(place.file).mode & 0o777, 0o600);
  assert.not.ok(existsSync(`${place.file}.new`));
  const again = await place.open();
  assert.is(again.record.tokens.length, 20);
  assert.equal(again.record, book.record);
});

test('before it is read, nothing can be changed and nothing is known', async () => {
  using place = temporary();
  const book = new AccessBook({ log: place.log }, place.file);
  assert.is(await codeOf(book.change(adding('a'))), 'access.not-read');
  assert.is(book.record, EMPTY_RECORD);
});

test('what is left of a power cut while writing does no harm', async () => {
  using place = temporary();
  await (await place.open()).change(adding('a'));
  writeFileSync(`${place.file}.new`, '{"version":1,"passw', { mode: 0o666 });
  const book = await place.open();
  assert.is(book.record.tokens.length, 1);
  await book.change(adding('b'));
  assert.is(statSync(place.file).mode & 0o777, 0o600);
});

test('a damaged file is told, not written, and its change refused at once and later', async () => {
  using place = temporary();
  await (await place.open()).change(adding('a'));
  writeFileSync(place.file, readFileSync(place.file, 'utf8').slice(0, -10));
  const book = await place.open();
  assert.is(book.record, EMPTY_RECORD);
  assert.is(await codeOf(book.change(adding('b'))), 'access.damaged');
  assert.is(await codeOf(book.changeAtOnce(adding('b'))), 'access.damaged');
  assert.is(book.record, EMPTY_RECORD);
  assert.match(place.log.messages('error').join(), /is damaged: only auth\.password .* counts/);
});

test('what cannot be written has not happened, but what takes a right away has, until the next start', async () => {
  using place = temporary();
  const book = await place.open();
  await book.change(adding('a'));
  // In the way of the new file, for root too.
  mkdirSync(`${place.file}.new`);
  writeFileSync(join(`${place.file}.new`, 'x'), '');
  assert.is(await codeOf(book.change(adding('b'))), 'access.not-kept');
  assert.equal(book.record.tokens, [token('a')]);
  assert.is(await codeOf(book.changeAtOnce((record) => ({ ...record, tokens: [] }))), 'access.not-kept');
  assert.equal(book.record.tokens, []);
  rmSync(`${place.file}.new`, { recursive: true });
  await book.change(adding('c'));
  assert.equal((await place.open()).record.tokens, [token('c')]);
});

test('a right that is taken away while another change is being written stays away', async () => {
  using place = temporary();
  const book = await place.open();
  await book.change(adding('a'));
  const slow = book.change(adding('b'));
  const fast = book.changeAtOnce((record) => ({ ...record, tokens: record.tokens.filter(({ id }) => id !== 'a') }));
  await Promise.all([slow, fast]);
  assert.equal(book.record.tokens, [token('b')]);
  assert.equal((await place.open()).record, book.record);
});

test('a file that cannot be read is damaged, not missing', async () => {
  using place = temporary();
  mkdirSync(place.file, { recursive: true });
  const book = await place.open();
  assert.is(book.trouble?.code, 'access.damaged');
  chmodSync(place.file, 0o700);
});

test('no text whatever is half understood', () => {
  const whole = formatRecord({ ...EMPTY_RECORD, tokens: [token('a')] });
  assert.equal(parseRecord(whole)?.tokens, [token('a')]);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.nat(whole.length - 3).map((length) => whole.slice(0, length)),
      ),
      (text) => {
        assert.is(parseRecord(text), undefined);
      },
    ),
  );
  for (const wrong of ['"scope": "root"', '"scope": 1']) {
    assert.is(parseRecord(whole.replace('"scope": "read"', wrong)), undefined, wrong);
  }
  assert.is(parseRecord(whole.replace('"version": 1', '"version": 2')), undefined);
});

test.run();
