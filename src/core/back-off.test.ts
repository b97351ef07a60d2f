import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BackOff } from './back-off.ts';

const test = suite('back-off');

test('it doubles up to its cap, and starts over after a reset', () => {
  const backOff = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 0.5 });
  assert.equal(
    Array.from({ length: 6 }, () => backOff.next()),
    [100, 200, 400, 800, 1_000, 1_000],
  );
  backOff.reset();
  assert.is(backOff.next(), 100);
});

test('it is spread by a quarter to either side', () => {
  assert.is(new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 0 }).next(), 75);
  assert.is(new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 1 }).next(), 125);
});

test('a thousand failures in a row still give the cap', () => {
  const backOff = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 0.5 });
  for (let i = 0; i < 1_000; i += 1) backOff.next();
  assert.is(backOff.next(), 1_000);
});

test.run();
