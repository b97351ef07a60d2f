// deadline: 60 s
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { DatabaseBench, NOTES, note, notes } from './database.testing.ts';

const test = suite('database');

const notKept = (error: unknown) => error instanceof DeviceError && error.code === 'history.not-kept';

test('what was written is there when it is opened again; closing twice is closing once', async () => {
  using bench = new DatabaseBench();
  const first = await bench.open();
  note(first, 'dawn');
  first.close();
  first.close();
  assert.throws(() => note(first, 'dusk'), notKept);
  assert.throws(() => notes(first), notKept);
  const second = await bench.open();
  assert.equal(notes(second), ['dawn']);
  assert.is(second.problem, undefined);
  assert.equal(bench.log.lines, []);
  assert.is(statSync(bench.file).mode & 0o777, 0o600);
});

test('each transaction is on the disk before it counts as done', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  const pragma = (name: string) =>
    database.read((tables) => Object.values(tables.all<object>(`PRAGMA ${name}`)[0] ?? {}));
  assert.equal(pragma('journal_mode'), ['wal']);
  assert.equal(pragma('synchronous'), [2]);
  assert.equal(pragma('foreign_keys'), [1]);
});

test('a transaction that throws leaves nothing behind', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  const fail = () =>
    database.write((tables) => {
      tables.run('INSERT INTO note VALUES (?)', 'half');
      throw new RangeError('no');
    });
  assert.throws(fail, (error: unknown) => error instanceof RangeError);
  assert.throws(() => database.write((tables) => tables.run('INSERT INTO nowhere VALUES (1)')), /no such table/);
  assert.equal(notes(database), []);
  assert.is(database.problem, undefined);
});

test('an older schema is brought up to date; a newer one is left alone', async () => {
  using bench = new DatabaseBench();
  const old = await bench.open();
  note(old, 'dawn');
  old.close();
  const schema = [
    ...NOTES,
    "ALTER TABLE note ADD COLUMN bird TEXT NOT NULL DEFAULT 'lark'; CREATE TABLE nest (id INTEGER)",
  ];
  const fresh = await bench.open({ schema });
  assert.equal(
    fresh.read((tables) => tables.all('SELECT * FROM note')),
    [{ text: 'dawn', bird: 'lark' }],
  );
  fresh.close();
  const older = await bench.open();
  assert.match(older.problem?.message ?? '', /newer Pipit \(schema 2, this one knows 1\)/);
  assert.throws(() => note(older, 'dusk'), notKept);
  assert.equal(notes(older), []);
  older.close();
  const again = await bench.open({ schema });
  assert.is(again.problem, undefined);
  assert.equal(notes(again), ['dawn']);
});

test('a step of the schema that fails is taken back whole', async () => {
  using bench = new DatabaseBench();
  const schema = [...NOTES, 'CREATE TABLE nest (id INTEGER); CREATE TABLE nest (id INTEGER)'];
  let failure: unknown;
  await bench.open({ schema }).catch((error) => {
    failure = error;
  });
  assert.match(String(failure), /already exists/);
  const database = await bench.open();
  assert.is(database.problem, undefined);
  assert.equal(
    database.read((tables) => tables.all("SELECT name FROM sqlite_schema WHERE name = 'nest'")),
    [],
  );
});

test('a file that is no database is set aside, and a new one begun', async () => {
  using bench = new DatabaseBench();
  mkdirSync(dirname(bench.file));
  writeFileSync(bench.file, 'It was a dark and stormy night. '.repeat(200));
  const database = await bench.open();
  assert.is(database.problem, undefined);
  note(database, 'dawn');
  assert.equal(notes(database), ['dawn']);
  const aside = join(dirname(bench.file), 'pipit.db.damaged-2026-03-01T12-00-00');
  assert.match(readFileSync(aside, 'utf8'), /^It was a dark/);
  assert.is(bench.log.messages('error').length, 1);
  assert.match(bench.log.messages('error')[0] ?? '', /damaged/);
});

test('a page that has gone bad is noticed at the start', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  database.write((tables) => {
    for (let n = 0; n < 500; n++) tables.run('INSERT INTO note VALUES (?)', `${n} ${'x'.repeat(100)}`);
  });
  database.close();
  scribble(bench.file, 4096 * 5);
  const again = await bench.open();
  assert.is(again.problem, undefined);
  assert.equal(notes(again), []);
  assert.is(asideIn(bench).length, 1);
});

test('damage that shows only later costs what was kept, and not what is kept now', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  database.write((tables) => {
    for (let n = 0; n < 2000; n++) tables.run('INSERT INTO note VALUES (?)', `${n} ${'x'.repeat(1000)}`);
  });
  database.close();
  const again = await bench.open();
  const generation = again.read((tables) => tables.generation);
  // Behind its back, as a card does; the cache holds a part of it at most.
  for (let page = 4; page < 400; page++) scribble(bench.file, page * 4096);
  const generations: number[] = [];
  again.write((tables) => {
    generations.push(tables.generation);
    tables.all('SELECT max(text), count(*) FROM note');
    tables.run('INSERT INTO note VALUES (?)', 'dusk');
  });
  assert.equal(notes(again), ['dusk']);
  assert.equal(generations, [generation, generation + 1]);
  assert.is(asideIn(bench).length, 1);
});

test('a file that was deleted while it is open is begun anew with the next change', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  note(database, 'dawn');
  for (const remains of [['-wal', '-shm'], []]) {
    const { generation } = database;
    rmSync(bench.file);
    for (const suffix of remains) rmSync(`${bench.file}${suffix}`);
    note(database, 'dusk');
    note(database, 'night');
    assert.equal(notes(database), ['dusk', 'night']);
    assert.is(database.generation, generation + 1);
    assert.is(database.problem, undefined);
    assert.equal(notes(await bench.open()), ['dusk', 'night'], 'it is where others find it');
  }
  assert.is(bench.log.messages('warning').length, 2);
  rmSync(dirname(bench.file), { recursive: true });
  note(database, 'noon');
  assert.equal(notes(database), ['noon'], 'without its directory, too');
});

test('one that is put in its place is taken, and what was not moved out of the log stays with the old one', async () => {
  using bench = new DatabaseBench();
  const saved = `${bench.file}.saved`;
  const first = await bench.open({ file: saved });
  note(first, 'lark');
  first.close();
  const database = await bench.open();
  note(database, 'dawn');
  renameSync(bench.file, `${bench.file}.old`);
  renameSync(saved, bench.file);
  note(database, 'owl');
  assert.equal(notes(database), ['lark', 'owl']);
  assert.equal(notes(await bench.open({ file: `${bench.file}.old` })), ['dawn']);
  assert.equal(asideIn(bench), []);
});

test('three damaged files are kept at most', async () => {
  using bench = new DatabaseBench();
  mkdirSync(dirname(bench.file));
  for (let n = 0; n < 5; n++) {
    writeFileSync(bench.file, `${n}`.repeat(5000));
    bench.wallTime = new Date(Date.UTC(2026, 2, 1 + (n >> 1)));
    (await bench.open()).close();
  }
  const kept = asideIn(bench).map((name) => readFileSync(join(dirname(bench.file), name), 'utf8')[0]);
  assert.equal(kept, ['2', '3', '4']);
});

test('where no directory can be made it goes on in memory, and says so once', async () => {
  using bench = new DatabaseBench();
  writeFileSync(dirname(bench.file), 'in the way');
  const database = await bench.open();
  assert.match(database.problem?.remedy ?? '', /data_dir/);
  assert.match(
    database.problem?.message ?? '',
    / \(EEXIST: (?!EEXIST).*\): what is gathered now is lost when Pipit restarts$/,
  );
  assert.equal(notes(database), []);
  for (let n = 0; n < 3; n++) assert.throws(() => note(database, 'dawn'), notKept);
  bench.clock.advance(60_000);
  assert.throws(() => note(database, 'dawn'), notKept);
  assert.is(bench.log.lines.length, 1);

  rmSync(dirname(bench.file));
  // It is not tried at every write.
  assert.throws(() => note(database, 'dawn'), notKept);
  bench.clock.advance(60_000);
  note(database, 'dusk');
  assert.equal(notes(database), ['dusk']);
  assert.is(database.problem, undefined);
  assert.is(bench.log.messages('notice').length, 1);
});

test('a file that may not grow is a full disk: said, and over when there is room', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open({ maxBytes: 40_000 });
  note(database, 'dawn');
  assert.throws(() => note(database, 'x'.repeat(100_000)), notKept);
  assert.match(database.problem?.message ?? '', / \(SQLITE_FULL: database or disk is full\): /);
  assert.match(database.problem?.remedy ?? '', /room/);
  assert.equal(notes(database), ['dawn']);
  bench.clock.advance(60_000);
  note(database, 'dusk');
  assert.equal(notes(database), ['dawn', 'dusk']);
  assert.is(database.problem, undefined);
});

test('another program that holds it makes a change fail, and the next one does not', async () => {
  using bench = new DatabaseBench();
  const database = await bench.open();
  const other = await bench.open();
  database.write(() => {
    assert.throws(() => note(other, 'dawn'), /SQLITE_BUSY/);
  });
  assert.is(other.problem, undefined);
  note(other, 'dusk');
  assert.equal(notes(database), ['dusk']);
});

/** In a mount namespace of its own, where a small or a read-only file system can be had. */
function onFileSystem(mount: string, script: string): { status: number | null; text: string } {
  const code = `
    import { execFileSync } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    import { DatabaseBench, note, notes } from ${JSON.stringify(new URL('./database.testing.ts', import.meta.url).href)};
    using bench = new DatabaseBench();
    const sh = (command) => execFileSync('sh', ['-c', command], { env: { ...process.env, DIR: bench.directory } });
    const mount = () => sh(${JSON.stringify(mount)});
    ${script}
    sh('umount "$DIR/data"');`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-rm', process.execPath, '--input-type=module-typescript', '-e', code],
    { encoding: 'utf8', timeout: 30_000 },
  );
  return { status, text: `${stdout}${stderr}` };
}

const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;
const whereMounting = canMount ? test : test.skip;

whereMounting('on a disk that has turned read-only, what was kept can still be read', () => {
  const { status, text } = onFileSystem(
    'mount --bind "$DIR/data" "$DIR/data" && mount -o remount,ro,bind "$DIR/data"',
    `const first = await bench.open();
    note(first, 'dawn');
    first.close();
    mount();
    const database = await bench.open();
    console.log(JSON.stringify(notes(database)), database.problem?.message);
    try { note(database, 'dusk'); } catch (error) { console.log(error.code); }
    console.log(JSON.stringify(notes(database)));
    sh('mount -o remount,rw,bind "$DIR/data"');
    bench.clock.advance(60_000);
    note(database, 'noon');
    console.log(JSON.stringify(notes(database)), database.problem);
    database.close();`,
  );
  assert.is(status, 0, text);
  assert.match(text, /^\["dawn"\] nothing can be kept in .* \(EROFS/m);
  assert.match(text, /^history\.not-kept\n\["dawn"\]\n\["dawn","noon"\] undefined$/m);
});

whereMounting('on a disk that is full it opens, reads and says so', () => {
  const { status, text } = onFileSystem(
    'mkdir -p "$DIR/data" && mount -t tmpfs -o size=512k none "$DIR/data"',
    `mount();
    const first = await bench.open();
    note(first, 'dawn');
    first.close();
    const fill = () => { try { writeFileSync(bench.directory + '/data/junk', Buffer.alloc(600_000)); } catch {} };
    fill();
    const database = await bench.open();
    console.log(JSON.stringify(notes(database)));
    try { note(database, 'x'.repeat(50_000)); } catch (error) { console.log(error.code, error.remedy); }
    sh('rm "$DIR/data/junk"');
    bench.clock.advance(60_000);
    note(database, 'noon');
    console.log(JSON.stringify(notes(database)), database.problem);
    database.close();`,
  );
  assert.is(status, 0, text);
  assert.match(text, /^\["dawn"\]\nhistory\.not-kept .*\n\["dawn","noon"\] undefined$/m);
});

function asideIn(bench: DatabaseBench): string[] {
  return readdirSync(dirname(bench.file))
    .filter((name) => /damaged-[^w]*$/.test(name))
    .sort();
}

function scribble(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, offset, offset + 4096);
  writeFileSync(file, bytes);
}

test.run();
