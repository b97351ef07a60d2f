import { unlinkSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../core/clock.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { FileSource } from './file-source.ts';

const test = suite('file source');
// The timers that pace sound do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

/** A clock whose timers fire at once, by moving time on: sound as fast as it can be decoded. */
class FastClock implements Clock {
  #nowUs = 1_000_000;

  nowUs(): number {
    return this.#nowUs;
  }

  after(ms: number, fn: () => void) {
    // Longer ones are patience with something that hangs.
    if (ms > 300) return { cancel() {} };
    const handle = setImmediate(() => {
      this.#nowUs += ms * 1000;
      fn();
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

class FastContext extends TestContext {
  override readonly clock: Clock = new FastClock() as never;
}

/** The largest step between neighbouring samples, left channel. */
function largestStep(samples: Int16Array): number {
  let largest = 0;
  for (let i = 2; i < samples.length; i += 2) {
    largest = Math.max(largest, Math.abs((samples[i] as number) - (samples[i - 2] as number)));
  }
  return largest;
}

for (const [name, toleranceFrames, ...options] of [
  ['a.wav', 0],
  ['a.flac', 0],
  ['a.ogg', 0, '-c:a', 'libopus'],
  ['44k.wav', 2, '-ar', '44100'],
  ['a.mp3', 0, '-b:a', '192k'],
] as const) {
  test(`${name} ${options.join(' ')} is looped without a gap: neither in length nor in phase`, async () => {
    using dir = tempDir();
    // 1000 whole waves: the end fits the beginning.
    const path = makeTone(dir.file(name), 1, '-ac', '2', ...options);
    const source = new FileSource({ type: 'file', path, loop: true }, new FastContext());
    const { samples } = await collect(source.read(new AbortController().signal), 5);
    // A sine of 1 kHz at a quarter of full scale moves by 1075 from sample to sample; a gap would jump.
    const step = largestStep(samples.subarray(2000));
    assert.ok(step < 1700, `a step of ${step}`);
    const shift = phaseShift(samples);
    assert.ok(Math.abs(shift) <= toleranceFrames + 0.5, `after four rounds it is ${shift.toFixed(2)} frames off`);
  });
}

/** How many sample frames the wave of the fifth second is off from that of the first. */
function phaseShift(samples: Int16Array): number {
  const phaseAt = (start: number): number => {
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < 9600; i++) {
      const angle = (2 * Math.PI * 1000 * i) / 48_000;
      real += (samples[(start + i) * 2] as number) * Math.cos(angle);
      imaginary += (samples[(start + i) * 2] as number) * Math.sin(angle);
    }
    return Math.atan2(imaginary, real);
  };
  const radians = phaseAt(4 * 48_000 + 19_200) - phaseAt(19_200);
  const wrapped = Math.atan2(Math.sin(radians), Math.cos(radians));
  return (wrapped * 48) / (2 * Math.PI);
}

test('it is read in real time', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 3);
  const source = new FileSource({ type: 'file', path, loop: false }, new TestContext());
  const startMs = performance.now();
  await collect(source.read(new AbortController().signal), 1.5);
  const tookMs = performance.now() - startMs;
  assert.ok(tookMs > 1200 && tookMs < 4000, `${tookMs} ms`);
});

test('without loop it ends, and can be read again', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 1);
  const source = new FileSource({ type: 'file', path, loop: false }, new FastContext());
  for (let round = 0; round < 2; round++) {
    const { seconds } = await collect(source.read(new AbortController().signal));
    assert.is(seconds, 1);
  }
});

test('a file that is gone when its next round begins is an error that names it', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 1);
  const blocks = new FileSource({ type: 'file', path, loop: true }, new FastContext()).read(
    new AbortController().signal,
  );
  await blocks.next();
  unlinkSync(path);
  const error = await failureOf(blocks);
  assert.is(error.code, 'capture.no-file');
  assert.match(error.message, path);
});

test('an abort ends it at once, in order', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 1);
  const stop = new AbortController();
  const blocks = new FileSource({ type: 'file', path, loop: true }, new TestContext()).read(stop.signal);
  await blocks.next();
  setTimeout(() => stop.abort(), 200);
  const { seconds } = await collect(blocks);
  assert.ok(seconds < 2);
});

test.run();
