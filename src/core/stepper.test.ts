import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Stepper, type StepperSigns } from './stepper.ts';

const test = suite('stepper');

const PRESSED: StepperSigns = { isPressed: true, isCalm: false };
const CALM: StepperSigns = { isPressed: false, isCalm: true };
const NEITHER: StepperSigns = { isPressed: false, isCalm: false };
const DWELL_S = 5;

/** A stepper that is asked each second, and does as it says. */
function ticking() {
  const stepper = new Stepper();
  let nowS = 1000;
  function run(seconds: number, signs: StepperSigns): number[] {
    return Array.from({ length: seconds }, () => {
      nowS += 1;
      const wish = stepper.feel(nowS * 1e6, signs);
      if (wish !== undefined) stepper.take(nowS * 1e6, stepper.step + (wish === 'more' ? 1 : -1));
      return stepper.step;
    });
  }
  return { stepper, run, wait: () => stepper.wait(nowS * 1e6) };
}

test('it steps at once, then after a dwell each, and takes back after fifteen seconds of calm each', () => {
  const { run } = ticking();
  assert.equal(run(7, PRESSED), [1, 1, 1, 1, 1, 2, 2]);
  assert.equal(run(16, CALM).slice(14), [2, 1]);
  assert.equal(run(15, CALM).slice(13), [1, 0]);
  assert.is(run(100, CALM).at(-1), 0);
});

test('what is neither pressed nor calm stays, and calm must not be interrupted', () => {
  const { run } = ticking();
  run(1, PRESSED);
  assert.is(run(1000, NEITHER).at(-1), 1);
  for (let i = 0; i < 10; i++) {
    run(14, CALM);
    assert.equal(run(1, NEITHER), [1]);
  }
});

test('a step that something else has taken counts as its own: it waits for a dwell, and for calm from then on', () => {
  const { run, wait } = ticking();
  wait();
  assert.equal(run(5, PRESSED), [0, 0, 0, 0, 1]);
  run(12, CALM);
  wait();
  assert.equal(run(15, CALM).slice(13), [1, 0]);
});

test('a wish that is not granted is said again', () => {
  const stepper = new Stepper();
  for (let s = 1; s < 10; s++) assert.is(stepper.feel(s * 1e6, PRESSED), 'more');
  stepper.take(10e6, 4);
  assert.is(stepper.step, 4);
  assert.is(stepper.feel(11e6, PRESSED), undefined);
});

test('recoveries that do not hold are tried ever more seldom, and one that holds is forgiven', () => {
  const { run } = ticking();
  const waits: number[] = [];
  run(1, PRESSED);
  for (let i = 0; i < 6; i++) {
    // Then it holds for long.
    waits.push(run(400, CALM).indexOf(0));
    run(5, PRESSED);
  }
  assert.equal(waits, [15, 15, 15, 15, 15, 15]);
  const early: number[] = [];
  const other = ticking();
  other.run(1, PRESSED);
  for (let i = 0; i < 7; i++) {
    let seconds = 0;
    for (; other.stepper.step > 0; seconds++) other.run(1, CALM);
    early.push(seconds);
    other.run(5, PRESSED);
  }
  assert.equal(early, [16, 31, 61, 121, 241, 301, 301]);
});

test('whatever comes, there is one step at most within a dwell, and none back without calm', () => {
  const signs = fc.record({ isPressed: fc.boolean(), isCalm: fc.boolean() });
  const spells = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), signs), { maxLength: 30 });
  fc.assert(
    fc.property(spells, (day) => {
      const { run } = ticking();
      let before = 0;
      let sinceS = DWELL_S;
      for (const [seconds, one] of day) {
        for (const step of run(seconds, one)) {
          sinceS += 1;
          if (step === before) continue;
          assert.ok(sinceS >= DWELL_S, `${sinceS} s after the last step`);
          assert.ok(step > before ? one.isPressed : one.isCalm);
          [before, sinceS] = [step, 0];
        }
      }
    }),
  );
});

test.run();
