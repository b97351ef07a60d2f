import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { type ClockStep, ClockSteps, movedBy } from './clock-steps.ts';

const test = suite('steps of the clock');

class Wall {
  readonly clock = new FakeClock();
  readonly steps: ClockStep[] = [];
  ms = Date.parse('2026-01-01T00:00:00Z');
  readonly time = new ClockSteps({ clock: this.clock, wallTime: () => new Date(this.ms) }, (step) => {
    this.steps.push(step);
  });

  pass(ms: number, drift = 0): void {
    this.clock.advance(ms);
    this.ms += ms + drift;
  }
}

test('time that goes by, and NTP at its work, are no step', () => {
  const wall = new Wall();
  for (let i = 0; i < 100; i++) {
    wall.pass(3_600_000, 10_000);
    assert.is(wall.time.now().getTime(), wall.ms);
  }
  assert.equal(wall.steps, []);
});

test('a clock that is set is a step, and what was noted before moves with it', () => {
  const wall = new Wall();
  const begun = wall.ms;
  wall.pass(120_000);
  const noted = wall.ms;
  wall.pass(60_000);
  wall.ms = Date.parse('2028-05-05T12:00:00Z');
  wall.time.now();
  const byMs = Date.parse('2028-05-05T11:57:00Z') - begun;
  assert.equal(wall.steps, [{ fromMs: begun, toMs: begun + 180_000, byMs }]);
  assert.is(movedBy(noted, wall.steps[0] as ClockStep), Date.parse('2028-05-05T11:59:00Z'));
  assert.is(movedBy(begun - 1, wall.steps[0] as ClockStep), begun - 1, 'from an earlier run');
  wall.pass(1_000);
  wall.ms -= byMs;
  wall.time.now();
  assert.is(movedBy(Date.parse('2028-05-05T11:59:00Z'), wall.steps[1] as ClockStep), noted, 'and back');
});

test('whatever is done to the clock, what was noted is as long ago as it was', () => {
  const change = fc.record({ passMs: fc.nat(10_000_000), setMs: fc.option(fc.integer({ min: -1e12, max: 1e12 })) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const wall = new Wall();
      wall.pass(1_000);
      let noted = wall.time.now().getTime();
      const from = wall.clock.nowUs();
      for (const { passMs, setMs } of changes) {
        wall.pass(passMs);
        if (setMs !== null) wall.ms += setMs;
        const seen = wall.steps.length;
        wall.time.now();
        for (const step of wall.steps.slice(seen)) noted = movedBy(noted, step);
      }
      const agoMs = (wall.clock.nowUs() - from) / 1000;
      // What is less than a minute is not told: it may add up to one for each change.
      assert.ok(Math.abs(wall.ms - noted - agoMs) < 60_000 * changes.length + 1);
    }),
  );
});

test.run();
