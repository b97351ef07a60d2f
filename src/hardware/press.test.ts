import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { Press, type PressLength } from './press.ts';

const test = suite('press of a button');

function button() {
  const clock = new FakeClock();
  const presses: PressLength[] = [];
  const held: (PressLength | undefined)[] = [];
  const press = new Press(
    { clock, onPress: (length) => presses.push(length), onHeld: (length) => held.push(length) },
    { longMs: 3_000, veryLongMs: 10_000 },
  );
  return { clock, press, presses, held };
}

test('what counts is how long it was down, whatever that is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), (ms) => {
      const { clock, press, presses } = button();
      press.change(true);
      clock.advance(ms);
      press.change(false);
      assert.equal(presses, [ms >= 10_000 ? 'very-long' : ms >= 3_000 ? 'long' : 'short']);
    }),
  );
});

test('a light can follow what letting go would do', () => {
  const { clock, press, held } = button();
  press.change(true);
  clock.advance(3_000);
  clock.advance(7_000);
  press.change(false);
  assert.equal(held, ['short', 'long', 'very-long', undefined]);
});

test('nothing happens for who holds it for ever, and nothing of it is left when it is given up', () => {
  const { clock, press, presses } = button();
  press.change(true);
  clock.advance(60_000);
  assert.equal(presses, []);
  press[Symbol.dispose]();
  press.change(false);
  assert.equal(presses, []);
  assert.is(clock.pendingTimers, 0);
});

test('a button that is down when the program starts does nothing when it is let go', () => {
  const { press, presses } = button();
  press.change(false);
  assert.equal(presses, []);
});

test.run();
