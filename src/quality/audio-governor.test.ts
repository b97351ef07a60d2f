import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import { MOVABLE_CODECS, type RungAudience } from './allowed-rungs.ts';
import { AudioGovernor, type AudioInput, type AudioPermit } from './audio-governor.ts';
import { AUDIO_STEPS, LAST_EFFORT_STEP, LAST_MERGING_STEP } from './audio-governor-ladder.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('audio-governor');

const HIGH: EncoderEffort = { mp3Quality: 3, opusComplexity: 8, aacCoder: 'twoloop', flacLevel: 5 };
const DEFAULT = rungNamed('mp3@128') as Rung;
const LAST_STEP = AUDIO_STEPS.length - 1;
const DWELL_S = 5;
const CALM: HostLoad = {
  ...UNKNOWN_LOAD,
  cpuPercent: 20,
  memoryPercent: 40,
  temperatureC: 50,
  isThrottled: false,
  ownCpuPercent: 15,
};
/** Every step has something to save here: on their way down they meet on each rung. */
const MANY = { 'aac@64': '2', 'aac@128': '1', 'aac@256': '3', 'aac@320': '9', 'opus@128': '0/1' };
const NONE: AudioInput = { load: CALM, troubles: { xruns: 0, lost: 0 }, encoded: [], audience: new Map() };

/** Movable listeners by rung; those after a slash are fixed. The default rung is always encoded. */
function inputOf(load: Partial<HostLoad>, listeners: Readonly<Record<string, string>> = MANY): AudioInput {
  const audience = new Map<Rung, RungAudience>(
    Object.entries(listeners).map(([name, counts]) => {
      const [movable = 0, fixed = 0] = counts.split('/').map(Number);
      return [rungNamed(name) as Rung, { movable, fixed }];
    }),
  );
  return { ...NONE, load: { ...CALM, ...load }, encoded: [DEFAULT, ...audience.keys()], audience };
}

function losing(input: AudioInput, troubles: Partial<AudioInput['troubles']>): AudioInput {
  return { ...input, troubles: { ...input.troubles, ...troubles } };
}

const HOT = inputOf({ temperatureC: 85 });

/** A governor that is ticked each second. */
function ticking(options: { effort?: EncoderEffort; defaultRung?: Rung | null } = {}) {
  const governor = new AudioGovernor({ effort: HIGH, defaultRung: DEFAULT, ...options });
  const settings = { ...DEFAULT_QUICK_SYNC };
  let nowS = 1000;
  /** The step after each of so many seconds. */
  function run(seconds: number, input: AudioInput, permit?: AudioPermit): number[] {
    return Array.from({ length: seconds }, () => {
      nowS += 1;
      return governor.tick(nowS * 1e6, input, settings, permit).step;
    });
  }
  /** Seconds until the step changes; undefined when it does not within an hour. */
  function untilChange(input: AudioInput): number | undefined {
    const { step } = governor.savings;
    for (let second = 1; second <= 3600; second++) if (run(1, input)[0] !== step) return second;
    return undefined;
  }
  const allowed = (): string[] => MOVABLE_CODECS.flatMap((codec) => governor.allowed(codec).map(({ name }) => name));
  return { governor, settings, run, untilChange, allowed };
}

test('savings go from the effort over the number of rungs to the highest of them, and back the same way', () => {
  const { governor, untilChange } = ticking();
  const way: unknown[] = [];
  const note = (): void => {
    const { step, effortName, maxRungs, maxKbps } = governor.savings;
    way.push([step, effortName, maxRungs, maxKbps, governor.allowed('aac').map(({ bitrateKbps }) => bitrateKbps)]);
  };
  note();
  while (governor.savings.step < LAST_STEP) {
    untilChange(HOT);
    note();
  }
  const any = Number.POSITIVE_INFINITY;
  assert.equal(way, [
    [0, 'configured', any, any, [64, 128, 256, 320]],
    [1, 'moderate', any, any, [64, 128, 256, 320]],
    [2, 'least', any, any, [64, 128, 256, 320]],
    [3, 'least', 3, any, [64, 256, 320]],
    [4, 'least', 2, any, [64, 320]],
    [5, 'least', 2, 256, [64, 256]],
    [6, 'least', 2, 128, [64, 128]],
    [7, 'least', 1, 64, [64]],
  ]);
  assert.is(untilChange(HOT), undefined);
  const steps = way.splice(0).map((one) => (one as unknown[])[0]);
  note();
  while (governor.savings.step > 0) {
    untilChange(inputOf({}));
    note();
  }
  assert.equal(
    way.map((one) => (one as unknown[])[0]),
    steps.reverse(),
  );
});

test('each step saves no less than the one before', () => {
  for (const [at, step] of AUDIO_STEPS.entries()) {
    const before = AUDIO_STEPS[at - 1] ?? step;
    assert.is(step.step, at);
    assert.ok(step.effortIndex >= before.effortIndex);
    assert.ok(step.maxRungs <= before.maxRungs && step.maxKbps <= before.maxKbps);
  }
});

test('each mark has its reason, and its own way back', () => {
  const cases: [string, AudioInput, AudioInput][] = [
    ['temperature', inputOf({ temperatureC: 81 }), inputOf({ temperatureC: 71 })],
    ['memory', inputOf({ isSwapping: true }), inputOf({ isSwapping: false })],
    ['memory', inputOf({ memoryPressurePercent: 30 }), inputOf({ memoryPressurePercent: 1 })],
    ['cpu', inputOf({ cpuPercent: 81 }), inputOf({ cpuPercent: 49 })],
    ['throttled', inputOf({ isThrottled: true }), inputOf({ isThrottled: false })],
    ['xruns', losing(inputOf({}), { xruns: 1 }), inputOf({})],
    ['behind', losing(inputOf({}), { lost: 1 }), inputOf({})],
  ];
  for (const [reason, high, low] of cases) {
    const { governor, run } = ticking();
    run(1, high);
    assert.equal([governor.savings.step, governor.savings.reason], [1, reason]);
    run(60, low);
    assert.equal([governor.savings.step, governor.savings.reason], [0, undefined], reason);
  }
});

test('between the marks nothing changes, in either direction; they are those of the settings', () => {
  for (const input of [inputOf({ cpuPercent: 79 }), inputOf({ cpuPercent: 51 }), inputOf({ temperatureC: 76 })]) {
    assert.is(ticking().untilChange(input), undefined);
    const saving = ticking();
    saving.run(6, HOT);
    assert.is(saving.untilChange(input), undefined);
  }
  const other = ticking();
  other.settings.highCpuPercent = 60;
  assert.is(other.untilChange(inputOf({ cpuPercent: 61 })), 1);
});

test('a peak of a second is none', () => {
  const { run } = ticking();
  for (let i = 0; i < 20; i++) {
    assert.equal([...run(5, inputOf({})), ...run(1, inputOf({ cpuPercent: 100 }))], [0, 0, 0, 0, 0, 0]);
  }
});

test('recovery is slower than the fall', () => {
  const { untilChange } = ticking();
  untilChange(HOT);
  assert.is(untilChange(HOT), DWELL_S);
  assert.is(untilChange(inputOf({})), 16);
  assert.is(untilChange(inputOf({})), 15);
});

test('only what sound costs is saved: with nobody but the default rung, there is effort and nothing else', () => {
  const { run, allowed } = ticking();
  assert.equal([...new Set(run(200, inputOf({ temperatureC: 90, cpuPercent: 100 }, {})))], [1]);
  assert.is(allowed().length, 8);
  const cheap = ticking({ effort: { mp3Quality: 7, opusComplexity: 5, aacCoder: 'fast', flacLevel: 5 } });
  assert.is(cheap.untilChange(inputOf({ temperatureC: 90 }, {})), undefined);
  assert.is(ticking().untilChange({ ...HOT, encoded: [], audience: new Map() }), undefined);
});

test('a step that saves nothing of what is listened to is passed over, in either direction', () => {
  const { run } = ticking();
  const two = { 'mp3@64': '1', 'mp3@320': '1' };
  const down = run(100, inputOf({ temperatureC: 85 }, two));
  assert.equal([...new Set(down)], [1, 4], 'then all are on the lowest and the default');
  assert.equal([...new Set(run(100, inputOf({}, two)))], [4, 3, 2, 0]);
  const fixed = ticking();
  fixed.run(300, inputOf({ temperatureC: 85 }, { 'aac@320': '1/1' }));
  assert.is(fixed.governor.savings.step, 1, 'beside one who stays, another rung would be one more');
});

test('throttling and xruns may last for months for reasons of their own: the best rung is left', () => {
  const throttled = ticking();
  assert.is(throttled.run(600, inputOf({ isThrottled: true })).at(-1), LAST_MERGING_STEP);
  assert.ok(throttled.governor.isOpen, 'and whoever can go up may');
  assert.is(throttled.run(60, inputOf({ isThrottled: true, cpuPercent: 95 })).at(-1), LAST_STEP);
  assert.not(throttled.governor.isOpen);
  assert.is(
    ticking()
      .run(600, losing(inputOf({}), { xruns: 3 }))
      .at(-1),
    LAST_MERGING_STEP,
  );
  assert.is(
    ticking()
      .run(600, losing(inputOf({}), { lost: 3 }))
      .at(-1),
    LAST_STEP,
  );
});

test('a load that is somebody else’s costs effort, and no rung', () => {
  const foreign = { cpuPercent: 95, temperatureC: 85, isThrottled: true, ownCpuPercent: 3 };
  assert.is(ticking().run(600, inputOf(foreign)).at(-1), LAST_EFFORT_STEP);
  assert.is(
    ticking()
      .run(600, losing(inputOf(foreign), { lost: 1 }))
      .at(-1),
    LAST_STEP,
  );
  assert.is(
    ticking()
      .run(600, inputOf({ ...foreign, ownCpuPercent: undefined }))
      .at(-1),
    LAST_STEP,
  );
});

test('it waits for permission to save rungs unless sound is being lost, and for permission to restore effort', () => {
  const { governor, run } = ticking();
  const none: AudioPermit = { maySaveRungs: false, mayRestoreEffort: false };
  assert.is(run(1, HOT, none).at(-1), 1);
  assert.ok(governor.givesEffort);
  assert.is(run(100, HOT, none).at(-1), LAST_EFFORT_STEP);
  assert.equal([governor.givesEffort, governor.savesRungs], [false, false]);
  assert.is(run(1, losing(HOT, { lost: 1 }), none).at(-1), 3);
  assert.equal([governor.isUrgent, governor.savesRungs], [true, true]);
  assert.is(run(300, inputOf({}), none).at(-1), LAST_EFFORT_STEP);
  assert.is(run(300, inputOf({})).at(-1), 0);
});

test('where nobody is to be moved, effort alone is saved, and rungs are given back at once', () => {
  const { governor, run, settings, allowed } = ticking();
  run(100, HOT);
  assert.is(governor.savings.step, LAST_STEP);
  settings.enabled = false;
  run(1, HOT);
  assert.equal([governor.savings.step, allowed().length], [LAST_EFFORT_STEP, 8]);
  assert.is(governor.savings.maxKbps, Number.POSITIVE_INFINITY);
  assert.is(run(100, HOT).at(-1), LAST_EFFORT_STEP);
});

test('what holds is the same object until it changes, and so are the rungs allowed', () => {
  const { governor, run } = ticking();
  run(30, HOT);
  const [savings, allowed] = [governor.savings, governor.allowed('aac')];
  run(2, inputOf({ temperatureC: 76 }, { 'aac@64': '5' }));
  assert.is(governor.savings, savings);
  assert.is(governor.allowed('aac'), allowed);
});

test('a box has room for more unless it has a reason to save; once it saves, not before it is calm', () => {
  const { governor, run } = ticking();
  const isOpen = (input: AudioInput): boolean => {
    run(1, input);
    return governor.isOpen;
  };
  assert.ok(isOpen(inputOf({})));
  assert.ok(isOpen(inputOf({ temperatureC: 76 })));
  assert.not(isOpen(inputOf({ temperatureC: 81 })));
  assert.not(isOpen(inputOf({ temperatureC: 76 })));
  assert.ok(isOpen(inputOf({ temperatureC: 60 })));
});

test('a processor that is busy with something else keeps nobody from going up', () => {
  const { governor, run } = ticking();
  run(60, inputOf({ cpuPercent: 100, ownCpuPercent: 3 }));
  assert.is(governor.savings.step, LAST_EFFORT_STEP);
  assert.ok(governor.isOpen);
  run(60, inputOf({ cpuPercent: 100, ownCpuPercent: 60 }));
  assert.not(governor.isOpen);
});

const percent = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
const anyLoad: fc.Arbitrary<HostLoad> = fc
  .record({
    cpuPercent: percent,
    memoryPercent: percent,
    temperatureC: percent,
    memoryPressurePercent: percent,
    ownCpuPercent: percent,
    isThrottled: fc.constantFrom(undefined, false, true),
    isSwapping: fc.constantFrom(undefined, false, true),
  })
  .map((load) => ({ ...UNKNOWN_LOAD, ...load }));
const names = ['mp3@64', 'mp3@128', 'mp3@256', 'mp3@320', 'aac@64', 'aac@128', 'aac@256', 'aac@320', 'opus@64'];
const anyListeners = fc.dictionary(
  fc.constantFrom(...names),
  fc.tuple(fc.nat(5), fc.nat(1)).map(([movable, fixed]) => `${movable}/${fixed}`),
);
const anyTroubles = fc.record({ xruns: fc.constantFrom(0, 0, 0, 1), lost: fc.constantFrom(0, 0, 0, 1) });
const anyInput = fc
  .tuple(anyLoad, anyListeners, anyTroubles)
  .map(([load, listeners, troubles]) => losing(inputOf(load, listeners), troubles));
/** Spells of some seconds each. */
const anyDay = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), anyInput), { maxLength: 20 });

test('whatever comes, it takes one step at most within a dwell, effort before rungs, and leaves the lowest and the default', () => {
  fc.assert(
    fc.property(anyDay, fc.constantFrom(null, DEFAULT, rungNamed('aac@256') as Rung), (day, defaultRung) => {
      const { run, governor } = ticking({ defaultRung });
      let before = 0;
      let sinceS = DWELL_S;
      for (const [seconds, input] of day) {
        for (let at = 0; at < seconds; at++) {
          const { effort } = governor.savings;
          const step = run(1, input)[0] as number;
          sinceS += 1;
          for (const codec of MOVABLE_CODECS) assert.is(governor.allowed(codec)[0]?.bitrateKbps, 64);
          if (defaultRung !== null) assert.ok(governor.allowed(defaultRung.codec).includes(defaultRung));
          if (step === before) continue;
          assert.ok(sinceS >= DWELL_S, `${sinceS} s after the last step`);
          assert.ok(step <= LAST_EFFORT_STEP || governor.savings.effortName === 'least');
          if (before > LAST_EFFORT_STEP && step < before) {
            assert.ok(step >= LAST_EFFORT_STEP, 'rungs come back before effort');
            assert.is(governor.savings.effort, effort);
          }
          [before, sinceS] = [step, 0];
        }
      }
    }),
  );
});

test('whatever came before, a box that is calm or idle ends up saving nothing', () => {
  const rest = fc.oneof(
    anyListeners.map((listeners) => inputOf({}, listeners)),
    fc.constant(NONE),
    fc.constant({ ...NONE, load: UNKNOWN_LOAD }),
  );
  fc.assert(
    fc.property(anyDay, rest, (day, calm) => {
      const { run, allowed } = ticking();
      for (const [seconds, input] of day) run(seconds, input);
      // The longest wait, the time until that recovery is forgiven, and the other steps.
      assert.is(run(10 + 301 + 121 + 16 * LAST_STEP, calm).at(-1), 0);
      assert.is(allowed().length, 8);
    }),
  );
});

test('an input that stays as it is never turns it back', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { run } = ticking();
      run(12, HOT);
      const steps = run(1200, input);
      const falls = steps.some((step, at) => step > (steps[at - 1] ?? step));
      const rises = steps.some((step, at) => step < (steps[at - 1] ?? step));
      assert.not(falls && rises);
    }),
  );
});

test('listeners who follow what is allowed make no unrest: what comes back with each recovery is tried ever more seldom', () => {
  const wishes = fc.array(fc.constantFrom(...names.filter((name) => !name.startsWith('opus'))), {
    minLength: 1,
    maxLength: 8,
  });
  const costs = fc.record({ base: fc.nat(80), encoder: fc.integer({ min: 1, max: 25 }), effort: fc.nat(10) });
  fc.assert(
    fc.property(wishes, costs, (wished, { base, encoder, effort }) => {
      const { governor, run } = ticking();
      const steps = Array.from({ length: 3600 }, () => {
        const counts: Record<string, number> = {};
        for (const name of wished) {
          const [codec, kbps] = name.split('@') as ['mp3' | 'aac', string];
          const allowed = governor.allowed(codec);
          const got = allowed.findLast(({ bitrateKbps }) => bitrateKbps <= Number(kbps)) ?? allowed[0];
          counts[got?.name ?? name] = (counts[got?.name ?? name] ?? 0) + 1;
        }
        const listeners = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
        const spared = governor.savings.step > 0 ? effort : 0;
        const encoders = new Set([DEFAULT.name, ...Object.keys(counts)]).size;
        return run(
          1,
          inputOf({ cpuPercent: base + encoder * encoders - spared, ownCpuPercent: 20 }, listeners),
        )[0] as number;
      });
      const changes = steps.map((step, at) => step - (steps[at - 1] ?? 0)).filter((change) => change !== 0);
      const relapses = changes.filter((change, at) => change > 0 && (changes[at - 1] ?? 1) < 0).length;
      // 15, 30, 60, 120, 240 seconds, then every five minutes.
      assert.ok(relapses <= 5 + (3600 - 465) / 300, `${relapses} relapses in an hour`);
    }),
    { numRuns: 40 },
  );
});

test.run();
