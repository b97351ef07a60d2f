import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneLevels } from './tone-levels.ts';

const test = suite('tone levels');
const RATE = 48_000;

function sound(seconds: number, valueAt: (seconds: number) => number): Int16Array {
  return Int16Array.from({ length: seconds * RATE }, (_, i) => Math.round(32_767 * valueAt(i / RATE)));
}

const sine = (hz: number, amplitude: number) => (t: number) => amplitude * Math.sin(2 * Math.PI * hz * t);

test('a sine of full scale is 0 dBFS, and nothing is beside it', () => {
  const { toneDb, aboveRestDb } = toneLevels(sound(1, sine(1000, 1)), RATE, 1000);
  assert.ok(Math.abs(toneDb) < 0.1, String(toneDb));
  assert.ok(aboveRestDb > 50, String(aboveRestDb));
});

test('a quarter of the amplitude is -12 dBFS', () => {
  const { toneDb } = toneLevels(sound(1, sine(440, 0.25)), RATE, 440);
  assert.ok(Math.abs(toneDb + 12) < 0.2, String(toneDb));
});

test('another tone is the rest', () => {
  const both = sound(1, (t) => sine(700, 0.2)(t) + sine(1900, 0.2)(t));
  assert.ok(Math.abs(toneLevels(both, RATE, 700).aboveRestDb) < 0.5);
  assert.ok(toneLevels(both, RATE, 1000).aboveRestDb < -40);
});

test('silence, and what is too short to tell, is no tone', () => {
  assert.ok(
    toneLevels(
      sound(1, () => 0),
      RATE,
      1000,
    ).toneDb < -100,
  );
  assert.ok(toneLevels(new Int16Array(10), RATE, 1000).toneDb < -100);
});

test.run();
