import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { rungNamed } from '../core/rung.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { SourceWorker } from './source-worker.ts';

const test = suite('source-worker');
const PROGRAM = [fileURLToPath(new URL('fake-worker.testing.ts', import.meta.url))];

function workerThat(behaviour: string, sourceTimeoutMs = 10_000) {
  const log = new RecordingLog();
  const counters = new CounterSet();
  const told = {
    units: [] as string[],
    rungs: [] as string[],
    titles: [] as string[],
    states: [] as string[],
    levels: 0,
  };
  const welcomes: boolean[] = [];
  const worker: SourceWorker = new SourceWorker(
    { clock: systemClock, log, counters, random: () => 0.5 },
    {
      settings: {
        name: behaviour,
        source: { type: 'silence' },
        encoder: { channels: 1, mp3Quality: 5, opusComplexity: 5, aacCoder: 'fast', flacLevel: 5, primeSeconds: 2 },
        meter: { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 1 },
        treatment: UNTREATED,
      },
      sourceTimeoutMs: () => sourceTimeoutMs,
      program: PROGRAM,
    },
    {
      onUnit: (unit) => told.units.push(Buffer.from(unit.data).toString()),
      onRung: (name, config) => told.rungs.push(`${name} ${Buffer.from(config)}`),
      onMetadata: ({ title }) => told.titles.push(title),
      onLevel: () => {
        told.levels += 1;
      },
      onStatus: () => told.states.push(worker.status.state),
      onInputWelcome: (isWelcome) => welcomes.push(isWelcome),
    },
  );
  return { worker, log, counters, told, welcomes };
}

test('it starts a process that delivers what is wanted, and stops it', async () => {
  const { worker, told, log, counters } = workerThat('healthy');
  worker.want([rungNamed('mp3@128') as never]);
  worker.start();
  worker.start();
  await until('units come', () => told.units.length > 3 && told.levels > 3);
  assert.ok(told.units.every((unit) => unit === 'mp3@128'));
  assert.equal(told.rungs, ['flac@lossless config']);
  assert.equal(log.messages('notice'), ['hello from healthy']);
  assert.ok((counters.snapshot()['ticks_total'] ?? 0) > 0);
  worker.want([rungNamed('opus@64') as never]);
  await until('the other rung comes', () => told.units.at(-1) === 'opus@64');
  await worker.stop();
  await worker.stop();
  assert.is(worker.pid, undefined);
  assert.is(worker.status.state, 'stopped');
});

test('xruns are told once, with how many there were', async () => {
  const { worker, log } = workerThat('healthy');
  worker.start();
  await until('they are told', () => log.messages('warning').length > 0);
  await worker.stop();
  assert.equal(log.messages('warning'), ['3 xruns in the last second, 3 in all']);
});

test('a process that crashes is started again, and is told again what is wanted', async () => {
  const { worker, told, counters, log } = workerThat('crash');
  worker.want([rungNamed('mp3@128') as never]);
  worker.start();
  await until('it has come back twice', () => worker.status.restarts >= 2, 20_000);
  assert.ok(told.units.length > 3);
  assert.match(log.messages('warning')[0] ?? '', /the worker process ended \(SIGKILL\); started again in 100 ms/);
  assert.ok((counters.snapshot()['worker_restarts_total'] ?? 0) >= 2);
  // Each process counts from 0; the sum goes on.
  assert.ok((counters.snapshot()['ticks_total'] ?? 0) > 4);
  await worker.stop();
});

test('an effort is passed on at once, and told to every later process', async () => {
  const { worker, told } = workerThat('crash');
  worker.start();
  await until('it is live', () => worker.status.state === 'live', 10_000);
  worker.setEffort({ mp3Quality: 9, opusComplexity: 1, aacCoder: 'fast', flacLevel: 0 });
  await until('it has come back', () => worker.status.restarts >= 1 && worker.status.state === 'live', 20_000);
  await worker.stop();
  assert.equal(told.titles.slice(0, 3), ['effort 5', 'effort 9', 'effort 9']);
  assert.is(worker.settings.encoder.primeSeconds, 2);
});

test('a treatment is passed on at once, and told to every later process', async () => {
  const { worker, told } = workerThat('crash');
  worker.start();
  await until('it is live', () => worker.status.state === 'live', 10_000);
  worker.treat({ ...UNTREATED, gainDb: 3 }, { silenceDb: -50, silenceSeconds: 10, soundDb: -40, soundSeconds: 1 });
  await until('it has come back', () => worker.status.restarts >= 1 && worker.status.state === 'live', 20_000);
  await worker.stop();
  assert.equal(told.titles.slice(0, 4), ['effort 5', 'gain 3, sound -40', 'effort 5', 'gain 3, sound -40']);
});

test('a process that is alive but delivers nothing is replaced after the source timeout', async () => {
  const { worker, told } = workerThat('mute', 1_000);
  worker.start();
  await until('it is found out', () => told.states.includes('stalled'), 20_000);
  await until('it is started again', () => worker.status.restarts === 1 && worker.status.state === 'live', 20_000);
  await worker.stop();
});

test('a process that hangs is replaced', async () => {
  const { worker, told } = workerThat('hang', 2_000);
  worker.start();
  await until('it is found out', () => told.states.includes('stalled'), 20_000);
  await worker.stop();
});

test('a process that does not stop when asked is killed', async () => {
  const { worker } = workerThat('deaf');
  worker.start();
  await until('it is live', () => worker.status.state === 'live', 10_000);
  const started = performance.now();
  await worker.stop();
  assert.ok(performance.now() - started < 5_000);
  assert.is(worker.pid, undefined);
});

test('input is passed on until it is too much, and its end ends the worker for good', async () => {
  const { worker, told, welcomes } = workerThat('echo');
  worker.start();
  await until('it is live', () => worker.status.state === 'live', 10_000);
  assert.ok(worker.writeInput(Buffer.alloc(60_000)));
  worker.writeInput(Buffer.alloc(60_000));
  await until('it has had enough', () => welcomes.includes(false));
  assert.not(worker.writeInput(Buffer.alloc(10)));
  worker.endInput();
  await until('it has ended', () => worker.pid === undefined, 10_000);
  assert.is(told.titles.at(-1), '120010 bytes');
  assert.is(worker.status.state, 'ended');
  assert.is(worker.status.restarts, 0);
});

test('a program that is not there is tried again, not a crash', async () => {
  const { worker, log } = workerThat('healthy');
  const missing = new SourceWorker(
    { clock: systemClock, log, counters: new CounterSet(), random: () => 0.5 },
    { settings: worker.settings, sourceTimeoutMs: () => 1_000, program: ['/nowhere/worker.ts'] },
    { onUnit() {}, onRung() {}, onMetadata() {}, onLevel() {}, onStatus() {}, onInputWelcome() {} },
  );
  missing.start();
  await until('it is tried again', () => missing.status.restarts >= 1, 10_000);
  await missing.stop();
});

test('a process that cannot be started at all is tried again, and can be stopped', async () => {
  const { worker, log } = workerThat('healthy');
  const { execPath } = process;
  process.execPath = '/nowhere/node';
  worker.start();
  await until('it is tried again', () => worker.status.restarts >= 1, 10_000);
  assert.match(log.messages('warning')[0] ?? '', /cannot be started \(.*ENOENT\); started again in 100 ms/);
  process.execPath = execPath;
  await until('it works when it can', () => worker.status.state === 'live', 10_000);
  process.execPath = '/nowhere/node';
  process.kill(worker.pid as number, 'SIGKILL');
  await until('it is gone', () => worker.status.restarts >= 3, 10_000);
  await worker.stop();
  process.execPath = execPath;
  assert.is(worker.status.state, 'stopped');
  assert.is(worker.pid, undefined);
});

test.run();
