// deadline: 120 s
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { BugError, DeviceError } from '../core/errors.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { DatabaseBench } from './database.testing.ts';
import { DevicePreferences } from './device-preferences.ts';
import { HistoryLink, type HistoryLinkOptions } from './history-link.ts';

const test = suite('history link');

const BATCH = { number: 1, steps: [], events: [], sessions: [], limits: undefined } as const;
const MINUTE = {
  ...BATCH,
  minutes: [{ minute: 100, spans: [{ name: 'listeners', subject: '', isCounter: false, value: 2, max: 3 }] }],
};
const QUERY = { names: ['listeners'], fromMs: 0, toMs: 101 * 60_000, step: 'minute' } as const;

function open(bench: DatabaseBench, options: Partial<HistoryLinkOptions> = {}, clock = systemClock) {
  const counters = new CounterSet();
  const log = new RecordingLog();
  const deps = { clock, log, counters, random: () => 0.5 };
  const link = new HistoryLink(deps, { file: bench.file, maxBytes: 16 << 20, patienceMs: 30_000, ...options });
  link.start();
  return { link, log, counters };
}

/** A thread of another program. */
function thread(code: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${code}`)}`,
  );
}

const refusal = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

async function isRefused(promise: Promise<unknown>, why: RegExp): Promise<void> {
  const error = await refusal(promise);
  assert.instance(error, DeviceError);
  assert.match((error as DeviceError).message, why);
}

test('what is asked for is done in the thread, in its order, and the written bytes are counted', async () => {
  using bench = new DatabaseBench();
  await using opened = open(bench).link;
  void opened;
  const { link, counters, log } = open(bench, { file: `${bench.file}2` });
  await using _link = link;
  const [, found] = await Promise.all([link.ask('keepMinutes', MINUTE), link.ask('readFigures', QUERY)]);
  assert.equal(found.series[0]?.values, [2]);
  assert.is(link.problem, undefined);
  assert.equal(log.lines, []);
  const written = counters.snapshot()['history_written_bytes_total'] ?? 0;
  // A file system in memory counts nothing.
  assert.ok(written === 0 || written > 4096, `${written}`);
});

test('what is asked for before the file is open waits for that', async () => {
  using bench = new DatabaseBench();
  const first = open(bench).link;
  await first.ask('keepMinutes', MINUTE);
  await first[Symbol.asyncDispose]();
  const { link } = open(bench);
  await using _link = link;
  const devices = link.ask('readDevices', undefined);
  assert.equal((await link.ask('readFigures', QUERY)).series[0]?.values, [2]);
  assert.equal((await devices).rows, []);
});

test('it ends in order: what was asked for is kept, what comes later is refused; twice is once', async () => {
  using bench = new DatabaseBench();
  const { link } = open(bench);
  const kept = link.ask('keepMinutes', MINUTE);
  await link[Symbol.asyncDispose]();
  await kept;
  await link[Symbol.asyncDispose]();
  await isRefused(link.ask('readFigures', QUERY), /not running/);
  assert.equal(
    readdirSync(dirname(bench.file)).filter((name) => !name.startsWith('.')),
    ['pipit.db'],
    'its log has been moved into the file',
  );
});

test('trouble with the disk is told with what to do, and all is well when it is over', async () => {
  using bench = new DatabaseBench();
  mkdirSync(bench.file, { recursive: true });
  const { link } = open(bench);
  await using _link = link;
  await isRefused(link.ask('keepMinutes', MINUTE), /nothing can be kept/);
  assert.is(link.problem?.code, 'history.not-kept');
  assert.ok((link.problem?.remedy.length ?? 0) > 10);
  assert.equal((await link.ask('readFigures', QUERY)).series, []);
});

test('a fault of ours is told as one, and the thread goes on', async () => {
  using bench = new DatabaseBench();
  const { link, log } = open(bench);
  await using _link = link;
  const error = await refusal(link.ask('keepMinutes', { ...MINUTE, events: undefined as never }));
  assert.instance(error, BugError);
  assert.is(log.messages('error').length, 1);
  await link.ask('keepMinutes', MINUTE);
});

test('a thread that ends is started again, and what was asked of it is refused', async () => {
  using bench = new DatabaseBench();
  const clock = new FakeClock();
  const program = thread(`parentPort.on('message', () => { throw new Error('struck by lightning'); });`);
  const { link, log, counters } = open(bench, { program }, clock);
  await isRefused(link.ask('readDevices', undefined), /struck by lightning/);
  assert.match(link.problem?.message ?? '', /struck by lightning/);
  await isRefused(link.ask('readDevices', undefined), /not running/);
  assert.is(counters.snapshot()['history_restarts_total'], 1);
  assert.match(log.messages('error')[0] ?? '', /started again in 500 ms/);
  clock.advance(500);
  await isRefused(link.ask('readDevices', undefined), /struck by lightning/);
  assert.match(log.messages('error')[1] ?? '', /in 1000 ms/);
  await link[Symbol.asyncDispose]();
  assert.is(clock.pendingTimers, 0);
});

test('nobody waits for a thread that hangs: it is refused in time, and another takes its place', async () => {
  using bench = new DatabaseBench();
  const clock = new FakeClock();
  const program = thread(`
    parentPort.postMessage({ type: 'open', state: {} });
    parentPort.on('message', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`);
  let openings = 0;
  const { link, counters } = open(bench, { program, patienceMs: 5_000, hangMs: 60_000 }, clock);
  link.onOpen = () => {
    openings += 1;
  };
  await until('it is open', () => openings === 1);
  const asked = link.ask('readDevices', undefined);
  clock.advance(5_000);
  await isRefused(asked, /takes longer than 5 s/);
  const second = link.ask('readDevices', undefined);
  second.catch(() => {});
  clock.advance(70_000);
  await isRefused(second, /takes longer|hangs/);
  assert.is(counters.snapshot()['history_restarts_total'], 1);
  clock.advance(1_000);
  await until('another is open', () => openings === 2);
  const ending = link[Symbol.asyncDispose]();
  clock.advance(1_000);
  await ending;
});

test('too many questions at once are refused', async () => {
  using bench = new DatabaseBench();
  const clock = new FakeClock();
  const { link } = open(bench, { program: thread(`parentPort.on('message', () => {});`) }, clock);
  const asked = Array.from({ length: 201 }, () => refusal(link.ask('readDevices', undefined)));
  const last = (await asked[200]) as DeviceError;
  assert.is(last.code, 'history.busy');
  const ending = link[Symbol.asyncDispose]();
  clock.advance(1_000);
  await ending;
  assert.is((await Promise.all(asked)).length, 201);
});

test('a damaged file is set aside, and said', async () => {
  using bench = new DatabaseBench();
  mkdirSync(dirname(bench.file), { recursive: true });
  writeFileSync(bench.file, 'no database at all '.repeat(1000));
  const { link, log } = open(bench);
  await using _link = link;
  await link.ask('keepMinutes', MINUTE);
  assert.match(log.messages('error')[0] ?? '', /is damaged/);
  assert.is(readdirSync(dirname(bench.file)).filter((name) => /damaged/.test(name)).length, 1);
});

test('after somebody has deleted the file while it is open, the new one has what devices wish for', async () => {
  using bench = new DatabaseBench();
  const { link } = open(bench);
  await using _link = link;
  const devices = new DevicePreferences({ desk: link, wallTime: () => bench.wallTime });
  link.onOpen = () => void devices.load();
  await devices.name('a1'.repeat(32), 'kitchen');
  rmSync(bench.file);
  await link.ask('keepMinutes', MINUTE);
  const kept = async () => (await link.ask('readDevices', undefined)).rows.map(({ name }) => name);
  for (let n = 0; n < 200 && (await kept()).length === 0; n++) await new Promise((done) => setTimeout(done, 10));
  assert.equal(await kept(), ['kitchen']);
  assert.ok(existsSync(bench.file));
  assert.equal((await link.ask('readFigures', QUERY)).series[0]?.values, [2]);
});

const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

(canMount ? test : test.skip)(
  'a disk that is full is lived through: minutes wait, and are written when there is room',
  () => {
    const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const code = `
    import { execFileSync } from 'node:child_process';
    import { rmSync, writeFileSync } from 'node:fs';
    import { DatabaseBench } from ${url('./database.testing.ts')};
    import { HistoryBook } from ${url('./history-book.ts')};
    import { HistoryLink } from ${url('./history-link.ts')};
    import { HistoryTime } from ${url('./history-time.ts')};
    import { systemClock } from ${url('../core/clock.ts')};
    import { CounterSet } from ${url('../core/counters.ts')};
    import { silentLog } from ${url('../core/log.ts')};
    using bench = new DatabaseBench();
    const sh = (command) => execFileSync('sh', ['-c', command], { env: { ...process.env, DIR: bench.directory } });
    sh('mkdir -p "$DIR/data" && mount -t tmpfs -o size=600k none "$DIR/data"');
    const counters = new CounterSet();
    const link = new HistoryLink({ clock: systemClock, log: silentLog, counters, random: Math.random }, { file: bench.file, maxBytes: 1 << 26 });
    link.start();
    let wallMs = Date.UTC(2026, 2, 1);
    const time = new HistoryTime({ wallTime: () => new Date(wallMs), bootSeconds: () => wallMs / 1000 });
    const limits = { minuteDays: 7, hourDays: 400, sessionDays: 90, eventDays: 90 };
    const book = new HistoryBook({ desk: link, time, counters, random: Math.random }, () => limits);
    const minute = async () => { book.add([{ name: 'listeners', subject: '', value: 1 }]); wallMs += 60_000; book.add([]); await book.write(); };
    await minute();
    const junk = bench.directory + '/data/junk';
    try { writeFileSync(junk, Buffer.alloc(700_000)); } catch {}
    for (let n = 0; n < 5; n++) await minute();
    for (let n = 0; n < 5; n++) book.addEvent({ id: n, timeMs: wallMs, type: 'sound', subject: '', detail: 'x'.repeat(10_000) });
    await minute();
    console.log('full:', link.problem?.code, link.problem?.remedy.slice(0, 9));
    rmSync(junk);
    // It leaves a disk alone for ten seconds that could not be written.
    await new Promise((done) => setTimeout(done, 10_500));
    await minute();
    const { series } = await link.ask('readFigures', { names: ['listeners'], fromMs: 0, toMs: wallMs + 60_000, step: 'minute' });
    console.log('kept:', series[0].values.filter((value) => value === 1).length, link.problem);
    await link[Symbol.asyncDispose]();
    sh('umount "$DIR/data"');`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-rm', process.execPath, '--input-type=module-typescript', '-e', code],
      { encoding: 'utf8', timeout: 40_000 },
    );
    assert.is(status, 0, stderr);
    assert.match(stdout, /^full: history\.not-kept Make room\nkept: 8 undefined$/m);
  },
);

test.run();
