import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { BoxGovernor } from './box-governor.ts';
import type { BoxInput } from './box-governor-pressure.ts';

const test = suite('box-governor');

const LEVELS = 3;
/** Two level steps, one of width, three of rate. */
const LAST_STEP = 6;
const DWELL_S = 5;

const NOTHING = UNKNOWN_LOAD;
const CALM: HostLoad = {
  ...UNKNOWN_LOAD,
  cpuPercent: 20,
  memoryPercent: 40,
  memoryAvailableMb: 300,
  temperatureC: 50,
  isThrottled: false,
};

function inputOf(load: Partial<HostLoad>, encode: Partial<Omit<BoxInput, 'load'>> = {}): BoxInput {
  return { load: { ...CALM, ...load }, encodeMs: 2, encodesPerSecond: 30, ...encode };
}

/** A governor that is ticked each second. */
function ticking(governor = new BoxGovernor({ levelCount: LEVELS })) {
  let nowS = 1000;
  /** The step after each of so many seconds. */
  function run(seconds: number, input: BoxInput | ((step: number) => BoxInput)): number[] {
    return Array.from({ length: seconds }, () => {
      nowS += 1;
      const given = typeof input === 'function' ? input(governor.savings.step) : input;
      return governor.tick(nowS * 1e6, given).step;
    });
  }
  /** Seconds until the step changes; undefined when it does not within an hour. */
  function untilChange(input: BoxInput): number | undefined {
    const { step } = governor.savings;
    for (let second = 1; second <= 3600; second++) if (run(1, input)[0] !== step) return second;
    return undefined;
  }
  return { governor, run, untilChange };
}

/** How often the steps turn from fewer savings to more. */
function relapses(steps: readonly number[]): number {
  const changes = steps.flatMap((step, at) => (at > 0 && step !== steps[at - 1] ? [step - (steps[at - 1] ?? 0)] : []));
  return changes.filter((change, at) => change > 0 && (changes[at - 1] ?? 1) < 0).length;
}

test('savings go from the levels over the width to the rate, and back the same way', () => {
  const { governor, untilChange } = ticking();
  const way: unknown[] = [];
  const note = (): void => {
    const { step, maxLevelIndex, widthShare, maxFps } = governor.savings;
    way.push([step, maxLevelIndex, widthShare, maxFps]);
  };
  note();
  while (governor.savings.step < LAST_STEP) {
    untilChange(inputOf({ temperatureC: 85 }));
    note();
  }
  assert.equal(way, [
    [0, 0, 1, Number.POSITIVE_INFINITY],
    [1, 1, 1, Number.POSITIVE_INFINITY],
    [2, 2, 1, Number.POSITIVE_INFINITY],
    [3, 2, 0.5, Number.POSITIVE_INFINITY],
    [4, 2, 0.5, 15],
    [5, 2, 0.5, 10],
    [6, 2, 0.5, 5],
  ]);
  assert.is(untilChange(inputOf({ temperatureC: 85 })), undefined);
  const down = way.splice(0);
  note();
  while (governor.savings.step > 0) {
    untilChange(inputOf({}));
    note();
  }
  assert.equal(way, down.reverse());
});

test('each mark has its reason, and its own way back', () => {
  const cases: [string, BoxInput, BoxInput][] = [
    ['temperature', inputOf({ temperatureC: 80.5 }), inputOf({ temperatureC: 71.9 })],
    ['memory', inputOf({ memoryPercent: 91 }), inputOf({ memoryPercent: 79 })],
    ['encode', inputOf({ cpuPercent: 70 }, { encodeMs: 10.1 }), inputOf({ cpuPercent: 30 }, { encodeMs: 5.9 })],
    ['cpu', inputOf({ cpuPercent: 86 }), inputOf({ cpuPercent: 59 })],
    ['throttled', inputOf({ isThrottled: true }), inputOf({ isThrottled: false })],
  ];
  for (const [reason, high, low] of cases) {
    const { governor, run } = ticking();
    assert.is(governor.savings.reason, undefined);
    run(1, high);
    assert.equal([governor.savings.step, governor.savings.reason], [1, reason]);
    run(60, low);
    assert.equal([governor.savings.step, governor.savings.reason], [0, undefined], reason);
  }
});

test('between the marks nothing changes, in either direction', () => {
  const between = [
    inputOf({ temperatureC: 76 }),
    inputOf({ memoryPercent: 85 }),
    inputOf({ cpuPercent: undefined }, { encodeMs: 8 }),
    inputOf({ cpuPercent: 75 }),
  ];
  for (const input of between) {
    assert.is(ticking().untilChange(input), undefined);
    const saving = ticking();
    saving.run(6, inputOf({ temperatureC: 90 }));
    assert.is(saving.untilChange(input), undefined);
  }
});

test('a slow processor that has time to spare may take it', () => {
  assert.is(ticking().untilChange(inputOf({ cpuPercent: 30 }, { encodeMs: 40 })), undefined);
  const saving = ticking();
  saving.run(6, inputOf({ temperatureC: 90 }));
  assert.ok(saving.untilChange(inputOf({ cpuPercent: 30 }, { encodeMs: 40 })) !== undefined);
});

test('the load of the processor is smoothed: a peak of a second is none', () => {
  const { run } = ticking();
  for (let i = 0; i < 20; i++)
    assert.equal([...run(4, inputOf({})), ...run(1, inputOf({ cpuPercent: 100 }))], [0, 0, 0, 0, 0]);
});

test('throttling is heeded at once, but alone it only caps the levels', () => {
  const { run, governor } = ticking();
  run(100, inputOf({}));
  assert.equal(run(1, inputOf({ isThrottled: true })), [1]);
  assert.is(run(300, inputOf({ isThrottled: true })).at(-1), LEVELS - 1);
  run(6, inputOf({ isThrottled: true, cpuPercent: 100 }));
  assert.equal([governor.savings.step, governor.savings.reason], [LEVELS, 'cpu']);
  assert.is(run(600, inputOf({ isThrottled: true })).at(-1), LEVELS, 'and it keeps what is saved');
});

test('while nothing is encoded there is nothing to save', () => {
  const high = inputOf({ cpuPercent: 100, temperatureC: 90, memoryPercent: 99, isThrottled: true });
  assert.is(ticking().untilChange({ ...high, encodesPerSecond: 0, encodeMs: 40 }), undefined);
});

test('the last encodes before everybody left are not held against a box that is idle now', () => {
  const { run } = ticking();
  run(60, inputOf({ cpuPercent: 70 }, { encodeMs: 30 }));
  assert.is(run(600, inputOf({}, { encodeMs: 30, encodesPerSecond: 0 })).at(-1), 0);
});

test('recovery is slower than the fall, and needs the calm to last', () => {
  const { untilChange, run } = ticking();
  const hot = inputOf({ temperatureC: 85 });
  untilChange(hot);
  assert.is(untilChange(hot), DWELL_S);
  assert.is(untilChange(inputOf({})), 16);
  assert.is(untilChange(inputOf({})), 15, 'each step waits anew');
  untilChange(hot);
  for (let i = 0; i < 20; i++) {
    run(10, inputOf({}));
    assert.equal(run(1, inputOf({ temperatureC: 75 })), [1]);
  }
});

test('each recovery that had to be taken back makes the next wait twice as long, up to five minutes', () => {
  const { untilChange, run } = ticking();
  const hot = inputOf({ temperatureC: 85 });
  untilChange(hot);
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 7; i++) {
    waits.push(untilChange(inputOf({})));
    untilChange(hot);
  }
  // The second of the tick that found it calm comes on top.
  assert.equal(waits, [16, 31, 61, 121, 241, 301, 301]);
  assert.is(untilChange(inputOf({})), 301);
  run(121, inputOf({}));
  untilChange(hot);
  assert.is(untilChange(inputOf({})), 16, 'one that has held is forgiven');
});

test('a wider picture is not tried when its encode would be too slow', () => {
  const { governor, run, untilChange } = ticking();
  while (governor.savings.widthShare > 0.5) run(1, inputOf({ cpuPercent: undefined }, { encodeMs: 20 }));
  assert.is(
    untilChange(inputOf({ cpuPercent: undefined }, { encodeMs: 2.6 })),
    undefined,
    '10.4 ms at the whole width',
  );
  assert.is(untilChange(inputOf({ cpuPercent: undefined }, { encodeMs: 2.4 })), 16);
});

test('another number of levels keeps what is saved beyond them', () => {
  const { governor, run } = ticking();
  while (governor.savings.step < 3) run(1, inputOf({ temperatureC: 85 }));
  const before = governor.savings;
  governor.configure({ levelCount: LEVELS });
  assert.is(governor.savings, before);
  governor.configure({ levelCount: 2 });
  assert.equal(governor.savings, {
    step: 2,
    maxLevelIndex: 1,
    widthShare: 0.5,
    maxFps: Number.POSITIVE_INFINITY,
    reason: 'temperature',
  });
  const other = ticking();
  other.run(6, inputOf({ temperatureC: 85 }));
  other.governor.configure({ levelCount: 1 });
  assert.equal([other.governor.savings.step, other.governor.savings.reason], [0, undefined]);
});

const percent = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
const anyInput: fc.Arbitrary<BoxInput> = fc.record({
  load: fc
    .record({
      cpuPercent: percent,
      memoryPercent: percent,
      memoryAvailableMb: fc.constant(undefined),
      temperatureC: percent,
      isThrottled: fc.constantFrom(undefined, false, true),
    })
    .map((load) => ({ ...UNKNOWN_LOAD, ...load })),
  encodeMs: fc.option(fc.double({ min: 0, max: 40, noNaN: true }), { nil: undefined }),
  encodesPerSecond: fc.constantFrom(0, 1, 75),
});
/** Spells of some seconds each. */
const anyDay = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), anyInput), { maxLength: 30 });

test('whatever comes, it takes one step at most within a dwell and stays on its ladder', () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: 1, max: 6 }), (day, levelCount) => {
      const { run } = ticking(new BoxGovernor({ levelCount }));
      let before = 0;
      let sinceS = DWELL_S;
      for (const [seconds, input] of day) {
        for (const step of run(seconds, input)) {
          sinceS += 1;
          assert.ok(step >= 0 && step < levelCount + 5);
          if (step === before) continue;
          assert.is(Math.abs(step - before), 1);
          assert.ok(sinceS >= DWELL_S, `${sinceS} s after the last step`);
          [before, sinceS] = [step, 0];
        }
      }
    }),
  );
});

test('a box that tells nothing takes no step', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const { run, governor } = ticking();
      for (const [seconds, input] of day) run(seconds, input);
      const { step } = governor.savings;
      const silent = run(1000, { load: NOTHING, encodeMs: undefined, encodesPerSecond: 25 });
      assert.ok(silent.every((one) => one === step));
    }),
  );
});

test('whatever came before, a box that is idle or calm ends up saving nothing', () => {
  const rest = fc.constantFrom(
    inputOf({}),
    inputOf({}, { encodesPerSecond: 0, encodeMs: undefined }),
    { load: NOTHING, encodeMs: 20, encodesPerSecond: 0 },
    { load: { ...NOTHING, cpuPercent: 30 }, encodeMs: undefined, encodesPerSecond: 25 },
  );
  fc.assert(
    fc.property(anyDay, rest, (day, calm) => {
      const { run } = ticking();
      for (const [seconds, input] of day) run(seconds, input);
      // The longest wait, the time until that recovery is forgiven, and the other steps.
      const steps = run(10 + 301 + 121 + 16 * LAST_STEP, calm);
      assert.is(steps.at(-1), 0);
      assert.is(relapses(steps), 0);
    }),
  );
});

test('an input that stays as it is never turns it back', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { run } = ticking();
      run(12, inputOf({ temperatureC: 85 }));
      const steps = run(1200, input);
      const falls = steps.some((step, at) => step > (steps[at - 1] ?? step));
      const rises = steps.some((step, at) => step < (steps[at - 1] ?? step));
      assert.not.ok(falls && rises);
    }),
  );
});

test('a box whose load comes back with each recovery tries it ever more seldom', () => {
  const byStep = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), {
    minLength: LAST_STEP + 1,
    maxLength: LAST_STEP + 1,
  });
  fc.assert(
    fc.property(byStep, byStep, (cpu, encode) => {
      // Each step helps, or at least does no harm.
      cpu.sort((a, b) => b - a);
      encode.sort((a, b) => b - a);
      const { run } = ticking();
      const steps = run(3600, (step) =>
        inputOf({ cpuPercent: cpu[step] as number }, { encodeMs: (encode[step] as number) / 5 }),
      );
      // 15, 30, 60, 120, 240 seconds, then every five minutes.
      assert.ok(relapses(steps) <= 5 + (3600 - 465) / 300, `${relapses(steps)} relapses in an hour`);
    }),
    { numRuns: 60 },
  );
});

test('a heavier load never ends with fewer savings', () => {
  const defined = fc.double({ min: 0, max: 100, noNaN: true });
  const four = fc.tuple(defined, defined, defined, defined);
  fc.assert(
    fc.property(four, four, (some, more) => {
      const [light, heavy] = [some, some.map((figure, at) => Math.max(figure, more[at] as number))].map((figures) => {
        const [cpuPercent = 0, memoryPercent = 0, temperatureC = 0, encode = 0] = figures;
        const { run } = ticking();
        run(14, inputOf({ temperatureC: 85 }));
        return run(200, inputOf({ cpuPercent, memoryPercent, temperatureC }, { encodeMs: encode / 5 }));
      }) as [number[], number[]];
      for (const [at, step] of light.entries()) assert.ok(step <= (heavy[at] ?? 0), `after ${at} s`);
    }),
  );
});

test.run();
