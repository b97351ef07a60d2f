// deadline: 60 s
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import { DatabaseBench, deskOf } from './database.testing.ts';
import { DevicePreferences } from './device-preferences.ts';
import { SCHEMA } from './schema.ts';

const test = suite('device preferences');

const KITCHEN = 'a1'.repeat(32);
const RADIO = 'b2'.repeat(32);
const CAREFUL: Preferences = { mode: 'low', preferQuality: false, adaptToSystem: false, autoDownloadQuality: false };
const DAY_MS = 24 * 60 * 60 * 1000;

/** It is in effect, and not kept. */
async function rejects(change: Promise<unknown>): Promise<void> {
  const error: unknown = await change.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeviceError && error.code === 'history.not-kept', String(error));
}

async function open(bench: DatabaseBench, maxBytes?: number) {
  const database = await bench.open({ schema: SCHEMA, ...(maxBytes === undefined ? {} : { maxBytes }) });
  const devices = new DevicePreferences({ desk: deskOf(database), wallTime: () => bench.wallTime });
  await devices.load();
  return { database, devices };
}

function keyNumber(n: number): string {
  return n.toString(16).padStart(16, '0').repeat(4);
}

test('who has said nothing has the defaults, and is not kept', async () => {
  using bench = new DatabaseBench();
  const { devices } = await open(bench);
  assert.equal(devices.of(KITCHEN), DEFAULT_PREFERENCES);
  assert.equal(devices.of(undefined), DEFAULT_PREFERENCES);
  assert.is(devices.seen(KITCHEN, 'VLC'), false);
  assert.equal(devices.list(), []);
});

test('what was set, and the name, are there after a restart', async () => {
  using bench = new DatabaseBench();
  const first = await open(bench);
  const madeMs = bench.wallTime.getTime();
  await first.devices.save(KITCHEN, CAREFUL, 'Firefox on Android');
  await first.devices.name(KITCHEN, 'Küche 🐦');
  bench.wallTime = new Date(madeMs + 1000);
  await first.devices.save(RADIO, { ...DEFAULT_PREFERENCES, mode: 'lossless' });
  first.database.close();
  const { devices } = await open(bench);
  assert.equal(devices.of(KITCHEN), CAREFUL);
  assert.equal(devices.list(), [
    {
      id: 'b2b2b2b2b2b2b2b2',
      name: '',
      agent: '',
      preferences: { ...DEFAULT_PREFERENCES, mode: 'lossless' },
      createdMs: madeMs + 1000,
      lastSeenMs: madeMs + 1000,
    },
    {
      id: 'a1a1a1a1a1a1a1a1',
      name: 'Küche 🐦',
      agent: 'Firefox on Android',
      preferences: CAREFUL,
      createdMs: madeMs,
      lastSeenMs: madeMs,
    },
  ]);
  assert.is(devices.keyOf('a1a1a1a1a1a1a1a1'), KITCHEN);
  assert.is(devices.keyOf('a1a1a1a1a1a1a1a2'), undefined);
  assert.equal(devices.device(RADIO)?.id, 'b2b2b2b2b2b2b2b2');
});

test('a device that was removed is gone, after a restart too', async () => {
  using bench = new DatabaseBench();
  const first = await open(bench);
  await first.devices.save(KITCHEN, CAREFUL);
  assert.is(await first.devices.remove(KITCHEN), true);
  assert.is(await first.devices.remove(KITCHEN), false);
  assert.equal(first.devices.of(KITCHEN), DEFAULT_PREFERENCES);
  first.database.close();
  const { devices } = await open(bench);
  assert.equal(devices.list(), []);
  await devices.save(KITCHEN, DEFAULT_PREFERENCES);
  assert.is(devices.list().length, 1);
});

test('what a process has saved outlives its sudden end', async () => {
  using bench = new DatabaseBench();
  const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const code = `
    import { HistoryLink } from ${url('./history-link.ts')};
    import { DevicePreferences } from ${url('./device-preferences.ts')};
    import { systemClock } from ${url('../core/clock.ts')};
    import { CounterSet } from ${url('../core/counters.ts')};
    import { silentLog } from ${url('../core/log.ts')};
    const deps = { clock: systemClock, log: silentLog, counters: new CounterSet(), random: Math.random };
    const desk = new HistoryLink(deps, { file: ${JSON.stringify(bench.file)}, maxBytes: 8 << 20 });
    desk.start();
    const devices = new DevicePreferences({ desk, wallTime: () => new Date() });
    await devices.load();
    for (let n = 0; n < 20; n++) await devices.save(n.toString(16).padStart(64, '0'), ${JSON.stringify(CAREFUL)});
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  assert.is(signal, 'SIGKILL');
  const { devices, database } = await open(bench);
  assert.is(devices.list().length, 20);
  assert.equal(devices.of('13'.padStart(64, '0')), CAREFUL);
  assert.is(database.problem, undefined);
});

test('when a device was last seen is written once a day', async () => {
  using bench = new DatabaseBench();
  const { devices, database } = await open(bench);
  const changes = () =>
    database.read((tables) => tables.all<{ ms: number }>('SELECT seen_ms AS ms FROM device'))[0]?.ms;
  await devices.save(KITCHEN, CAREFUL, 'Firefox on Android');
  const beginMs = bench.wallTime.getTime();
  bench.wallTime = new Date(beginMs + DAY_MS - 1);
  assert.is(devices.seen(KITCHEN, 'VLC'), false);
  assert.is(changes(), beginMs);
  bench.wallTime = new Date(beginMs + DAY_MS);
  assert.is(devices.seen(KITCHEN, 'VLC'), true);
  assert.is(devices.seen(KITCHEN, 'VLC'), false);
  // Nobody waits for this to be written.
  await new Promise((done) => setImmediate(done));
  assert.is(changes(), beginMs + DAY_MS);
  assert.is(devices.list()[0]?.agent, 'VLC');
  // A clock that was set back.
  bench.wallTime = new Date(beginMs - 1);
  assert.is(devices.seen(KITCHEN, 'VLC'), true);
});

test('of 500 devices the one that was not seen for longest makes place, those with a name last', async () => {
  using bench = new DatabaseBench();
  const { devices, database } = await open(bench);
  for (let n = 0; n < 500; n++) {
    bench.wallTime = new Date(bench.wallTime.getTime() + 1000);
    await devices.save(keyNumber(n), CAREFUL);
  }
  await devices.name(keyNumber(0), 'kitchen');
  for (let n = 500; n < 510; n++) await devices.save(keyNumber(n), CAREFUL);
  assert.is(devices.list().length, 500);
  assert.equal(devices.of(keyNumber(0)), CAREFUL);
  assert.equal(devices.of(keyNumber(1)), DEFAULT_PREFERENCES);
  assert.equal(devices.of(keyNumber(10)), DEFAULT_PREFERENCES);
  assert.equal(devices.of(keyNumber(11)), CAREFUL);
  database.close();
  const again = await open(bench);
  assert.is(again.devices.list().length, 500);
  assert.equal(again.devices.of(keyNumber(0)), CAREFUL);
  assert.equal(again.devices.of(keyNumber(10)), DEFAULT_PREFERENCES);
  assert.is(again.database.read((tables) => tables.all('SELECT key FROM device')).length, 500);
});

test('where nothing can be written a wish is in effect all the same, and is written as soon as that is possible', async () => {
  using bench = new DatabaseBench();
  writeFileSync(dirname(bench.file), 'in the way');
  const { devices, database } = await open(bench);
  await rejects(devices.save(KITCHEN, CAREFUL));
  await rejects(devices.save(RADIO, CAREFUL));
  await rejects(devices.remove(RADIO));
  assert.equal(devices.of(KITCHEN), CAREFUL);
  assert.equal(devices.of(RADIO), DEFAULT_PREFERENCES);
  rmSync(dirname(bench.file));
  bench.clock.advance(60_000);
  await devices.name(KITCHEN, 'kitchen');
  database.close();
  const again = await open(bench);
  assert.equal(
    again.devices.list().map(({ name, preferences }) => [name, preferences]),
    [['kitchen', CAREFUL]],
  );
});

test('what was kept before trouble began is there again when it is over', async () => {
  using bench = new DatabaseBench();
  const first = await open(bench);
  await first.devices.save(KITCHEN, CAREFUL);
  await first.devices.save(RADIO, CAREFUL);
  first.database.close();
  const bytes = readFileSync(bench.file);
  rmSync(dirname(bench.file), { recursive: true });
  writeFileSync(dirname(bench.file), 'in the way');
  const { devices } = await open(bench);
  assert.equal(devices.of(KITCHEN), DEFAULT_PREFERENCES);
  await rejects(devices.save(KITCHEN, { ...CAREFUL, mode: 'ultra' }));
  rmSync(dirname(bench.file));
  mkdirSync(dirname(bench.file));
  writeFileSync(bench.file, bytes);
  bench.clock.advance(60_000);
  await devices.name(KITCHEN, 'kitchen');
  assert.is(devices.of(KITCHEN).mode, 'ultra');
  assert.equal(devices.of(RADIO), CAREFUL);
});

test('a database that is full keeps what it has, and a wish that does not fit is in effect', async () => {
  using bench = new DatabaseBench();
  const { devices } = await open(bench, 56_000);
  let n = 0;
  await rejects(
    (async () => {
      for (; n < 500; n++) await devices.save(keyNumber(n), CAREFUL, 'x'.repeat(64));
    })(),
  );
  assert.ok(n > 10);
  assert.equal(devices.of(keyNumber(n)), CAREFUL);
  assert.is((await open(bench)).devices.list().length, n);
});

test('a database that turns out to be damaged is written anew from memory', async () => {
  using bench = new DatabaseBench();
  const { devices, database } = await open(bench);
  for (let n = 0; n < 300; n++) await devices.save(keyNumber(n), CAREFUL);
  // Closed, so that all is in the file itself and not in its log.
  database.close();
  const again = await open(bench);
  again.database.read((tables) => tables.run('PRAGMA shrink_memory'));
  const bytes = readFileSync(bench.file);
  bytes.fill(0xa5, 4096 * 2);
  writeFileSync(bench.file, bytes);
  await again.devices.save(keyNumber(7), { ...CAREFUL, mode: 'ultra' });
  again.database.close();
  const last = await open(bench);
  assert.is(last.devices.list().length, 300);
  assert.is(last.devices.of(keyNumber(7)).mode, 'ultra');
  assert.equal(last.devices.of(keyNumber(8)), CAREFUL);
  assert.match(bench.log.messages('error')[0] ?? '', /damaged/);
});

test('a mode that this Pipit does not know is the default', async () => {
  using bench = new DatabaseBench();
  const { devices, database } = await open(bench);
  await devices.save(KITCHEN, CAREFUL);
  database.write((tables) => tables.run("UPDATE device SET mode = 'surround'"));
  database.close();
  assert.equal((await open(bench)).devices.of(KITCHEN), { ...CAREFUL, mode: 'auto' });
});

test.run();
