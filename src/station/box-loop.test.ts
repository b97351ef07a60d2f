import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StreamingSettings } from '../config/settings.ts';
import { CounterSet } from '../core/counters.ts';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import type { BoxLimit } from '../frames/camera-feed.ts';
import type { RungAudience } from '../quality/allowed-rungs.ts';
import { DEFAULT_QUICK_SYNC } from '../quality/quick-sync.testing.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { BoxLoop } from './box-loop.ts';

const test = suite('box loop');

const COOL: HostLoad = {
  ...UNKNOWN_LOAD,
  cpuPercent: 20,
  memoryPercent: 40,
  memoryAvailableMb: 300,
  temperatureC: 50,
  isThrottled: false,
};
const HOT: HostLoad = { ...COOL, temperatureC: 85 };
const ENCODER = { mp3Quality: 3, opusComplexity: 8, aacCoder: 'twoloop', flacLevel: 5 } as const;
const FREE: BoxLimit = { maxLevel: 100, widthShare: 1, maxFps: Number.POSITIVE_INFINITY };
const DEFAULT = rung('mp3@128');

function rung(name: string): Rung {
  return rungNamed(name) as Rung;
}

interface Given {
  readonly streaming?: Partial<StreamingSettings>;
  /** Listeners that can be moved, by the names of their rungs. */
  readonly listeners?: Readonly<Record<string, number>>;
  /** False: nobody watches. */
  readonly isWatched?: boolean;
  readonly hasSound?: boolean;
}

function open({ streaming, listeners = {}, isWatched = true, hasSound = false }: Given = {}) {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const counters = new CounterSet();
  const limits: BoxLimit[] = [];
  const efforts: EncoderEffort[] = [];
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
          if (isWatched) encodes += 30;
          return { encodes, encodeMs: { p50: 2, p95: 2, recent: 2 } };
        },
      },
      limit: (limit: BoxLimit) => limits.push(limit),
    },
  };
  const audience = new Map<Rung, RungAudience>(
    Object.entries(listeners).map(([name, movable]) => [rung(name), { movable, fixed: 0 }]),
  );
  const feed = {
    isLive: hasSound,
    wanted: [DEFAULT, ...audience.keys()],
    setEffort: (effort: EncoderEffort) => efforts.push(effort),
  };
  const settings = {
    streaming: { enableOptimizer: true, qualityLevels: [90, 70, 50], ...streaming } as StreamingSettings,
    quickSync: DEFAULT_QUICK_SYNC,
  };
  const box = new BoxLoop(
    {
      clock,
      log,
      counters,
      sampler,
      cameras: [camera],
      feeds: [feed],
      encoder: { ...ENCODER, defaultRung: DEFAULT },
      audience: () => audience,
    },
    () => settings,
  );
  /** What changes in each of so many seconds: the steps of sound and of pictures. */
  function steps(seconds: number): (readonly [number, number])[] {
    const seen: (readonly [number, number])[] = [];
    for (let at = 0; at < seconds; at++) {
      const before = [box.stats.audio_step, box.stats.step];
      clock.advance(1_000);
      const { audio_step, step } = box.stats;
      if (before[0] !== audio_step || before[1] !== step) seen.push([audio_step, step]);
    }
    return seen;
  }
  return { clock, log, counters, limits, efforts, sampler, box, settings, steps };
}

test('a hot box has its cameras do without the top level, says why, and takes it back when it has cooled', () => {
  const { clock, log, limits, sampler, box } = open();
  box.start();
  clock.advance(3_000);
  assert.equal([box.stats.step, box.stats.reason, box.stats.max_level], [0, null, null]);
  sampler.load = HOT;
  clock.advance(2_000);
  assert.equal(limits.at(-1), { ...FREE, maxLevel: 70 });
  assert.equal([box.stats.step, box.stats.reason, box.stats.max_level], [1, 'temperature', 70]);
  assert.is(box.stats.temperature_c, 85);
  sampler.load = COOL;
  clock.advance(60_000);
  assert.equal(limits.at(-1), FREE);
  const told = log.lines.map(({ message }) => message);
  assert.equal(told, [
    'the box has it hard (temperature): quality up to 70',
    'the box recovers: pictures as they are wished',
  ]);
});

test('where the optimizer is switched off, no picture is touched', () => {
  const { clock, sampler, limits, box } = open({ streaming: { enableOptimizer: false } });
  box.start();
  sampler.load = HOT;
  clock.advance(60_000);
  assert.equal([box.stats.step, limits], [0, []]);
});

test('switched off while something is saved, that is given back', () => {
  const { clock, sampler, limits, box, settings } = open();
  box.start();
  sampler.load = HOT;
  clock.advance(3_000);
  assert.is(box.stats.step, 1);
  settings.streaming = { ...settings.streaming, enableOptimizer: false };
  clock.advance(1_000);
  assert.equal([box.stats.step, box.stats.max_level], [0, null]);
  assert.equal(limits.at(-1), FREE);
});

test('sound gives its effort first, then pictures give all they have, then sound its rungs; and back in reverse', () => {
  const { box, sampler, steps, efforts, log } = open({
    hasSound: true,
    listeners: { 'mp3@64': 1, 'mp3@320': 1, 'mp3@256': 1, 'aac@320': 1 },
  });
  box.start();
  assert.equal(steps(10), []);
  sampler.load = HOT;
  const way = steps(200);
  assert.equal(way, [
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 4],
    [1, 5],
    [1, 6],
    [3, 6],
    [4, 6],
    [5, 6],
    [6, 6],
    [7, 6],
  ]);
  assert.equal(
    efforts.map(({ mp3Quality, opusComplexity }) => [mp3Quality, opusComplexity]),
    [
      [7, 5],
      [7, 1],
    ],
    'the least effort comes with the first step beyond it, since only Opus would notice',
  );
  assert.equal(box.allowed('aac'), [rung('aac@64')]);
  assert.equal(box.allowed('mp3'), [rung('mp3@64'), DEFAULT]);
  assert.equal([box.boxKbps, box.stats.max_kbps, box.isCalm], [128, 64, false]);
  sampler.load = COOL;
  const back = steps(600);
  assert.equal(
    back.map(([sound]) => sound).filter((step, at, all) => step !== all[at - 1]),
    [6, 5, 4, 3, 2, 0],
  );
  const firstOfPictures = back.findIndex(([, pictures]) => pictures < 6);
  assert.ok(back.slice(0, firstOfPictures).every(([, pictures]) => pictures === 6));
  assert.is(back[firstOfPictures]?.[0], 2, 'rungs are back before a picture is');
  assert.equal(back.at(-2), [2, 0], 'pictures are back before the effort is');
  assert.equal(efforts.at(-1), ENCODER);
  assert.equal([box.boxKbps, box.isCalm], [Number.POSITIVE_INFINITY, true]);
  assert.match(log.lines.at(-1)?.message ?? '', /the box recovers: sound as it is configured/);
});

test('each waits for the other: no two steps come within a dwell, and recovery waits anew after each', () => {
  const { box, sampler, clock } = open({ hasSound: true, listeners: { 'aac@320': 1, 'aac@64': 1 } });
  box.start();
  const changes: number[] = [];
  let before = '';
  const watch = (seconds: number): void => {
    for (let at = 0; at < seconds; at++) {
      clock.advance(1_000);
      const now = `${box.stats.audio_step} ${box.stats.step}`;
      if (before !== '' && now !== before) changes.push(clock.nowUs() / 1e6);
      before = now;
    }
  };
  const gaps = (): number[] =>
    changes.splice(0).flatMap((at, i, all) => (i === 0 ? [] : [at - (all[i - 1] as number)]));
  watch(2);
  sampler.load = HOT;
  watch(100);
  assert.ok(gaps().every((gap) => gap === 5));
  sampler.load = COOL;
  watch(300);
  assert.ok(gaps().every((gap) => gap >= 15));
  assert.is(before, '0 0');
});

test('sound that is lost makes both save at once, each in seconds of its own', () => {
  const { box, counters, sampler, steps } = open({ hasSound: true, listeners: { 'aac@320': 1, 'aac@64': 1 } });
  const skipped = counters.counter('encode_skipped_samples_total', 'Test');
  box.start();
  sampler.load = { ...COOL, cpuPercent: 70 };
  assert.equal(steps(60), []);
  const seen: (readonly [number, number])[] = [];
  for (let second = 0; second < 8; second++) {
    skipped.add(100);
    seen.push(...steps(1));
  }
  assert.equal(seen, [
    [1, 0],
    [1, 1],
    [5, 1],
    [5, 2],
  ]);
  assert.equal([box.stats.audio_reason, box.stats.reason], ['behind', 'sound']);
});

test('xruns on a box that has time to spare are not the pictures’ fault', () => {
  const { box, counters, steps } = open({ hasSound: true });
  const xruns = counters.counter('capture_xruns_total', 'Test');
  box.start();
  const seen: (readonly [number, number])[] = [];
  for (let second = 0; second < 100; second++) {
    xruns.add();
    seen.push(...steps(1));
  }
  assert.equal(seen, [[1, 0]], 'there is no rung to save, and the default stays');
});

test('without a camera the box is looked at all the same, and idle sound saves nothing', () => {
  const { box, sampler, steps } = open({ isWatched: false });
  box.start();
  assert.is(sampler.started, 1);
  sampler.load = HOT;
  assert.equal(steps(100), []);
  assert.equal([box.isCalm, box.boxKbps], [false, Number.POSITIVE_INFINITY]);
  assert.is(box.allowed('mp3').length, 4);
});

test('whatever comes, sound and pictures never move in the same second, and all is given back in the end', () => {
  const load = fc
    .record({
      cpuPercent: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
      temperatureC: fc.constantFrom(50, 75, 85),
      isThrottled: fc.boolean(),
    })
    .map((some): HostLoad => ({ ...COOL, ...some }));
  const spell = fc.record({ seconds: fc.integer({ min: 1, max: 60 }), load, isLosing: fc.boolean() });
  fc.assert(
    fc.property(fc.array(spell, { maxLength: 12 }), (day) => {
      const { box, sampler, counters, clock } = open({ hasSound: true, listeners: { 'aac@320': 2, 'mp3@256': 1 } });
      const skipped = counters.counter('encode_skipped_samples_total', 'Test');
      box.start();
      for (const { seconds, load: some, isLosing } of day) {
        sampler.load = some;
        for (let at = 0; at < seconds; at++) {
          if (isLosing) skipped.add();
          const before = [box.stats.audio_step, box.stats.step];
          clock.advance(1_000);
          assert.not(before[0] !== box.stats.audio_step && before[1] !== box.stats.step);
        }
      }
      sampler.load = COOL;
      clock.advance(1_500_000);
      assert.equal([box.stats.audio_step, box.stats.step], [0, 0]);
    }),
    { numRuns: 40 },
  );
});

test('it stops with its sampler, and ticks no more', async () => {
  const { clock, sampler, box } = open();
  box.start();
  await box[Symbol.asyncDispose]();
  assert.equal([sampler.started, sampler.stopped], [1, 1]);
  clock.advance(10_000);
  assert.is(clock.pendingTimers, 0);
});

test.run();
