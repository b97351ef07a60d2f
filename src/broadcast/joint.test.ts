import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rungsOf } from '../core/rung.ts';
import { Track } from '../ring/track.ts';
import { counterpartOf, findJoint } from './joint.ts';

const test = suite('joint');
const [low, high] = rungsOf('mp3') as [ReturnType<typeof rungsOf>[number], ReturnType<typeof rungsOf>[number]];
const UNIT_US = 24_000;

/** A mono MP3 frame, no longer than its side information, whose last block is long or short. */
function frame(endsShort: boolean): Uint8Array {
  const bytes = Uint8Array.of(0xff, 0xfb, 0x94, 0xc0, ...new Uint8Array(17));
  // Header, main data and private bits, scfsi, granule 0, and 33 bits of granule 1: then the window is told.
  const at = 32 + 18 + 59 + 33;
  for (const bit of endsShort ? [at, at + 1] : []) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
  return bytes;
}

/** A track of units that end so, from `first` on, a little off the grid's time. */
function track(rung: typeof low, ends: readonly boolean[], first = 0, offUs = 0): Track {
  const made = new Track(rung, 4096);
  for (const [i, endsShort] of ends.entries()) {
    made.append({ ptsUs: (first + i) * UNIT_US + offUs, durationUs: UNIT_US, sync: true, bytes: frame(endsShort) });
  }
  return made;
}

const FAR_US = 1e9;

test('the first joint is the first place before which both rungs end alike', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 3, maxLength: 60 }),
      fc.nat(60),
      (ends, at) => {
        const start = 1 + (at % (ends.length - 1));
        const [old, next] = [
          track(
            low,
            ends.map(([one]) => one),
          ),
          track(
            high,
            ends.map(([, other]) => other),
            0,
            7,
          ),
        ];
        const joint = findJoint(old, next, start, ends.length - 1, FAR_US);
        const expected = ends.findIndex((_, i) => i >= start && ends[i - 1]?.[0] === ends[i - 1]?.[1]);
        assert.is(joint?.from, expected < 0 ? undefined : expected);
        assert.is(joint?.to, joint?.from);
      },
    ),
  );
});

test('from a certain moment on any place will do, and none beyond it is looked at', () => {
  const old = track(low, new Array<boolean>(40).fill(false));
  const next = track(high, new Array<boolean>(40).fill(true));
  assert.equal(findJoint(old, next, 5, 39, 20 * UNIT_US), { from: 20, to: 20 });
  assert.equal(findJoint(old, next, 25, 39, 20 * UNIT_US), { from: 25, to: 25 });
  assert.is(findJoint(old, next, 5, 19, 20 * UNIT_US), undefined);
  assert.is(findJoint(old, track(high, [true, true], 30), 5, 39, 20 * UNIT_US), undefined);
});

test('a rung that has just begun is joined after its first unit, which hangs on nothing that is known', () => {
  const old = track(low, new Array<boolean>(40).fill(false));
  const next = track(high, new Array<boolean>(20).fill(false), 10);
  assert.equal(findJoint(old, next, 5, 39, FAR_US), { from: 11, to: 1 });
});

test('after a gap in one rung it is joined where both have the same past', () => {
  const old = track(low, new Array<boolean>(40).fill(false));
  const next = track(high, new Array<boolean>(5).fill(false));
  for (let i = 20; i < 40; i += 1) {
    next.append({ ptsUs: i * UNIT_US, durationUs: UNIT_US, sync: true, bytes: frame(false) });
  }
  assert.equal(findJoint(old, next, 8, 39, FAR_US), { from: 21, to: 6 });
});

test('a rung off the grid is entered at its nearest unit, never shut', () => {
  fc.assert(
    fc.property(fc.integer({ min: -UNIT_US / 2, max: UNIT_US / 2 }), (offUs) => {
      const next = track(high, new Array<boolean>(40).fill(false), 0, offUs);
      const found = counterpartOf(next, 20 * UNIT_US);
      assert.ok(found !== undefined && Math.abs(next.ptsUsOf(found) - 20 * UNIT_US) <= UNIT_US / 2);
    }),
  );
});

test('what a rung does not have yet, or no longer, has no counterpart', () => {
  const next = track(high, new Array<boolean>(5).fill(false), 10);
  for (const unit of [0, 9, 15, 100]) assert.is(counterpartOf(next, unit * UNIT_US), undefined);
  assert.is(counterpartOf(next, Number.NaN), undefined);
  assert.is(counterpartOf(track(high, []), 0), undefined);
});

test.run();
