import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneDb } from '../testkit/decode-audio.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { collect, TestContext } from './capture.testing.ts';
import { SilenceSource } from './silence-source.ts';
import { beepFrequency, TestTone, toneBlock } from './test-tone.ts';

const test = suite('test tone');
const SECOND = 48_000;
const tone = { type: 'test', frequencyHz: 1000, levelDb: -20 } as const;

/** Level of the sine of `hz` in a part of one channel. */
function levelOf(samples: Int16Array, hz: number, from: number, to: number): number {
  return toneDb({ samples: samples.subarray(from, to), channels: 1 }, 0, hz);
}

function near(actual: number, wanted: number, within: number): void {
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not within ${within} of ${wanted}`);
}

test('each second begins with 50 ms of the beep, 6 dB louder, and the rest is the tone', () => {
  const samples = toneBlock(tone, 0, 3 * SECOND, 1);
  for (const second of [0, 1, 2]) {
    const at = second * SECOND;
    near(levelOf(samples, 3000, at, at + 2400), -14, 0.1);
    near(levelOf(samples, 1000, at + 2400, at + SECOND), -20, 0.1);
    assert.ok(levelOf(samples, 3000, at + 2400, at + SECOND) < -70);
    assert.ok(levelOf(samples, 1000, at, at + 2400) < -70);
  }
});

test('a loud tone has a beep of at most -3 dBFS', () => {
  const samples = toneBlock({ frequencyHz: 500, levelDb: -4 }, 0, 2400, 1);
  near(levelOf(samples, 1500, 0, 2400), -3, 0.1);
});

test('the beep of a high tone lies below it', () => {
  assert.is(beepFrequency(4000), 12_000);
  assert.is(beepFrequency(6000), 2000);
});

test('blocks of any size join to the same samples', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 * SECOND }),
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.double({ min: 20, max: 16_000, noNaN: true }),
      (start, first, second, frequencyHz) => {
        const odd = { frequencyHz, levelDb: -6 };
        const whole = toneBlock(odd, start, first + second, 1);
        const parts = [...toneBlock(odd, start, first, 1), ...toneBlock(odd, start + first, second, 1)];
        assert.equal([...whole], parts);
      },
    ),
    { numRuns: 50 },
  );
});

test('the phase goes on where tone and beep meet, at odd frequencies too', () => {
  const odd = { frequencyHz: 443.7, levelDb: -9 };
  // With equal levels every step is at most what the beep's slope allows.
  const samples = toneBlock({ ...odd, levelDb: -3 }, 0, 20 * SECOND, 1);
  const steepest = 2 * 32_767 * 10 ** (-3 / 20) * Math.sin((Math.PI * beepFrequency(odd.frequencyHz)) / SECOND) + 2;
  for (let i = 1; i < samples.length; i += 1) {
    assert.ok(Math.abs((samples[i] as number) - (samples[i - 1] as number)) <= steepest, `a step at ${i}`);
  }
});

test('every channel has the same samples', () => {
  const samples = toneBlock(tone, 100, 2000, 2);
  const mono = toneBlock(tone, 100, 2000, 1);
  assert.equal(
    [...samples],
    [...mono].flatMap((value) => [value, value]),
  );
});

test('it delivers as much sound as time has passed', async () => {
  const clock = new FakeClock();
  const context = Object.assign(new TestContext(1), { clock });
  for (const source of [new TestTone(tone, context), new SilenceSource({ type: 'silence' }, context)]) {
    const stop = new AbortController();
    let frames = 0;
    const reading = (async () => {
      for await (const block of source.read(stop.signal)) frames += block.samples.length;
    })();
    await clock.run(10_000);
    near(frames / SECOND, 10, 0.1);
    stop.abort();
    await reading;
    assert.is(clock.pendingTimers, 0);
  }
});

test('silence is zeros, and blocks are not shared', async () => {
  const source = new SilenceSource({ type: 'silence' }, new TestContext());
  const [first, second] = [
    await source.read(AbortSignal.timeout(5000)).next(),
    await source.read(AbortSignal.timeout(5000)).next(),
  ];
  assert.ok(first.value?.samples.every((sample) => sample === 0));
  assert.is.not(first.value?.samples, second.value?.samples);
});

test('read again, the tone begins with its beep again', async () => {
  const source = new TestTone(tone, new TestContext(1));
  for (const _ of [1, 2]) {
    const { samples } = await collect(source.read(new AbortController().signal), 0.04);
    assert.equal([...samples], [...toneBlock(tone, 0, 1920, 1)]);
  }
});

test.run();
