import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import { ByteInput } from './byte-input.ts';
import { collect } from './capture.testing.ts';
import { rawPcm } from './raw-pcm.ts';

const test = suite('raw pcm');
const never = new AbortController().signal;
const MOST_BYTES = 9_000;

/** What is given in pieces of these sizes. */
function heard(bytes: Uint8Array, sizes: readonly number[], from: Channels, to: Channels): AsyncGenerator<PcmBlock> {
  const input = new ByteInput();
  let at = 0;
  for (const size of sizes) {
    // Of its own memory, as what comes from a pipe: it may begin at an odd place.
    const piece = new Uint8Array(size + 1).subarray(1);
    piece.set(bytes.subarray(at, at + size));
    input.push(piece.subarray(0, Math.min(size, bytes.length - at)));
    at += size;
  }
  input.end();
  return rawPcm(input, { from, to }, never);
}

test('however bytes are cut on their way, the samples are the same', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: MOST_BYTES }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(1 as const, 2 as const), async (cut, channels) => {
      const total = cut.reduce((sum, size) => sum + size, 0);
      const samples = Int16Array.from({ length: total / 2 }, (_, i) => i * 7919);
      const whole = samples.subarray(0, samples.length - (samples.length % channels));
      const bytes = new Uint8Array(samples.buffer);
      assert.equal((await collect(heard(bytes, cut, channels, channels))).samples, whole);
    }),
  );
});

test('blocks have 20 milliseconds at least, but for the last', async () => {
  const lengths: number[] = [];
  const bytes = new Uint8Array(4 * 2_500);
  for await (const { samples } of heard(bytes, Array(25).fill(400), 2, 2)) lengths.push(samples.length / 2);
  assert.is(
    lengths.reduce((sum, length) => sum + length, 0),
    2_500,
  );
  assert.ok(lengths.slice(0, -1).every((length) => length >= 960));
});

test('one channel is heard on both at full level, and two on one as their mean', async () => {
  const bytes = new Uint8Array(Int16Array.of(1000, -3000, 32_767, -32_768).buffer);
  assert.equal(
    [...(await collect(heard(bytes, [8], 1, 2))).samples],
    [1000, 1000, -3000, -3000, 32_767, 32_767, -32_768, -32_768],
  );
  assert.equal([...(await collect(heard(bytes, [8], 2, 1))).samples], [-1000, -1]);
});

test('part of a frame at the end is dropped', async () => {
  const bytes = new Uint8Array(Int16Array.of(1, 2, 3).buffer);
  assert.equal([...(await collect(heard(bytes, [6], 2, 2))).samples], [1, 2]);
});

test('it ends when it is aborted', async () => {
  const ending = new AbortController();
  const blocks = rawPcm(new ByteInput(), { from: 2, to: 2 }, ending.signal);
  const next = blocks.next();
  ending.abort();
  assert.ok((await next).done);
});

test.run();
