import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Channels } from '../core/pcm.ts';
import { PcmHistory } from './pcm-history.ts';

const test = suite('pcm history');

/** Samples whose value tells their place, so that a misplaced one shows. */
function numbered(from: number, frames: number, channels: number): Int16Array {
  return Int16Array.from({ length: frames * channels }, (_, i) => (from * channels + i) & 0x7fff);
}

test('whatever is appended, every range it claims to hold reads back as it was written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Channels>(1, 2),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 30 }),
      fc.nat(),
      fc.nat(),
      (channels, capacity, blocks, a, b) => {
        const history = new PcmHistory({ channels, frames: capacity });
        let written = 0;
        for (const frames of blocks) {
          history.append(numbered(written, frames, channels));
          written += frames;
          assert.is(history.end, written);
          assert.is(history.oldest, Math.max(0, written - capacity));
          const held = history.end - history.oldest;
          const start = history.oldest + (held === 0 ? 0 : a % held);
          const count = history.end === start ? 0 : b % (history.end - start + 1);
          const into = new Int16Array(count * channels);
          history.read(start, count, into);
          assert.equal(into, numbered(start, count, channels));
        }
      },
    ),
  );
});

test('samples that have left or have not come are refused', () => {
  const history = new PcmHistory({ channels: 1, frames: 10 });
  history.append(numbered(0, 25, 1));
  assert.throws(() => history.read(14, 2, new Int16Array(2)), /samples 14\.\.16 asked for, 15\.\.25 held/);
  assert.throws(() => history.read(24, 2, new Int16Array(2)), RangeError);
});

test('an odd sample at the end of a stereo block does not shift the channels', () => {
  const history = new PcmHistory({ channels: 2, frames: 10 });
  history.append(Int16Array.of(1, 2, 3));
  history.append(Int16Array.of(4, 5));
  const into = new Int16Array(4);
  history.read(0, 2, into);
  assert.equal(into, Int16Array.of(1, 2, 4, 5));
});

test.run();
