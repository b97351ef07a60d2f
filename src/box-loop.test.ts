import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoxLoop } from './box-loop.ts';
import type { StreamingSettings } from './config/settings.ts';
import { type HostLoad, UNKNOWN_LOAD } from './core/host-load.ts';
import type { BoxLimit } from './frames/camera-feed.ts';
import { FakeClock } from './testkit/fake-clock.ts';
import { RecordingLog } from './testkit/recording-log.ts';

const test = suite('box loop');

const COOL: HostLoad = {
  ...UNKNOWN_LOAD,
  cpuPercent: 20,
  memoryPercent: 40,
  memoryAvailableMb: 300,
  temperatureC: 50,
  isThrottled: false,
};

function open(streaming: Partial<StreamingSettings> = {}) {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const limits: BoxLimit[] = [];
  let encodes = 0;
  const sampler = {
    load: COOL,
    started: 0,
    stopped: 0,
    start() {
      this.started += 1;
    },
    async [Symbol.asyncDispose]() {
      this.stopped += 1;
    },
  };
  const camera = {
    feed: {
      cache: {
        stats: () => {
          encodes += 30;
          return { encodes, encodeMs: { p50: 2, p95: 2, recent: 2 } };
        },
      },
      limit: (limit: BoxLimit) => limits.push(limit),
    },
  };
  const settings = { enableOptimizer: true, qualityLevels: [90, 70, 50], ...streaming };
  const box = new BoxLoop({ clock, log, sampler, cameras: [camera] }, () => settings as StreamingSettings);
  return { clock, log, limits, sampler, box, settings };
}

test('a hot box has its cameras do without the top level, says why, and takes it back when it has cooled', () => {
  const { clock, log, limits, sampler, box } = open();
  box.start();
  clock.advance(3_000);
  assert.equal([box.stats.step, box.stats.reason, box.stats.max_level], [0, null, null]);
  sampler.load = { ...COOL, temperatureC: 85 };
  clock.advance(2_000);
  assert.equal(limits.at(-1), { maxLevel: 70, widthShare: 1, maxFps: Number.POSITIVE_INFINITY });
  assert.equal([box.stats.step, box.stats.reason, box.stats.max_level], [1, 'temperature', 70]);
  assert.is(box.stats.temperature_c, 85);
  sampler.load = COOL;
  clock.advance(60_000);
  assert.equal(limits.at(-1), { maxLevel: 100, widthShare: 1, maxFps: Number.POSITIVE_INFINITY });
  const told = log.lines.map(({ message }) => message);
  assert.equal(told, [
    'the box has it hard (temperature): quality up to 70',
    'the box recovers: pictures as they are wished',
  ]);
});

test('where the optimizer is switched off, nothing is saved', () => {
  const { clock, sampler, limits, box } = open({ enableOptimizer: false });
  box.start();
  sampler.load = { ...COOL, temperatureC: 90 };
  clock.advance(60_000);
  assert.equal([box.stats.step, limits], [0, []]);
});

test('switched off while something is saved, that is given back', () => {
  const { clock, sampler, limits, box, settings } = open();
  box.start();
  sampler.load = { ...COOL, temperatureC: 90 };
  clock.advance(3_000);
  assert.is(box.stats.step, 1);
  settings.enableOptimizer = false;
  clock.advance(1_000);
  assert.equal([box.stats.step, box.stats.max_level], [0, null]);
  assert.equal(limits.at(-1), { maxLevel: 100, widthShare: 1, maxFps: Number.POSITIVE_INFINITY });
});

test('it stops with its sampler, and ticks no more', async () => {
  const { clock, sampler, box } = open();
  box.start();
  await box[Symbol.asyncDispose]();
  assert.equal([sampler.started, sampler.stopped], [1, 1]);
  clock.advance(10_000);
  assert.is(clock.pendingTimers, 0);
});

test('without a camera nobody samples anything', () => {
  const { sampler } = open();
  const box = new BoxLoop(
    { clock: new FakeClock(), log: new RecordingLog(), sampler, cameras: [] },
    () => ({ qualityLevels: [90] }) as unknown as StreamingSettings,
  );
  box.start();
  assert.is(sampler.started, 0);
});

test.run();
