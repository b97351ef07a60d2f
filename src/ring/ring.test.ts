import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestRung } from '../core/rung.ts';
import { Ring } from './ring.ts';
import type { WireUnit } from './segment.ts';

const test = suite('ring');
const mp3 = nearestRung('mp3', 128);
const aac = nearestRung('aac', 128);
const opus = nearestRung('opus', 64);
const MIB = 1024 * 1024;

/** A unit whose every byte tells its number. */
function unit(number: number, sizeBytes: number, sync = true): WireUnit {
  return { ptsUs: number * 24_000, durationUs: 24_000, sync, bytes: new Uint8Array(sizeBytes).fill(number & 0xff) };
}

test('what is appended is read back whole and in order', () => {
  const ring = new Ring({ sizeBytes: MIB });
  for (let i = 0; i < 500; i += 1) ring.append(mp3, unit(i, 384));
  const track = ring.track(mp3);
  const bytes: number[] = [];
  for (let at = 0; at < track.endSequence; ) {
    const run = track.run(at, track.endSequence, 2_000);
    if (run === undefined) throw new Error('a readable unit is missing');
    assert.ok(run.bytes.length <= 2_000);
    bytes.push(...run.bytes);
    at = run.to;
  }
  assert.equal(bytes, Array.from({ length: 500 }, (_, i) => new Array<number>(384).fill(i & 0xff)).flat());
});

test('askers of the same run share one view', () => {
  const ring = new Ring({ sizeBytes: MIB });
  for (let i = 0; i < 10; i += 1) ring.append(mp3, unit(i, 384));
  const track = ring.track(mp3);
  assert.is(track.run(2, 9, 10_000)?.bytes, track.run(2, 9, 10_000)?.bytes);
});

test('a unit larger than a segment is kept whole', () => {
  const ring = new Ring({ sizeBytes: 4 * MIB });
  ring.append(mp3, unit(1, 200_000));
  ring.append(mp3, unit(2, 10));
  assert.is(ring.track(mp3).run(0, 2, 1)?.bytes.length, 200_000);
});

test('the memory held never passes the bound, whatever the rungs do', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(mp3, aac, opus), fc.integer({ min: 1, max: 9_000 })), { maxLength: 600 }),
      (steps) => {
        const ring = new Ring({ sizeBytes: 256 * 1024, reserved: { rung: mp3, share: 0.5 } });
        let number = 0;
        for (const [rung, size] of steps) {
          ring.append(rung, unit(number++, size));
          assert.ok(ring.heldBytes <= ring.sizeBytes);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('the reserved rung keeps its share while others fill the rest', () => {
  const ring = new Ring({ sizeBytes: MIB, reserved: { rung: mp3, share: 0.5 } });
  for (let i = 0; i < 4_000; i += 1) ring.append(mp3, unit(i, 384));
  for (let i = 4_000; i < 20_000; i += 1) ring.append(aac, unit(i, 384));
  assert.ok(ring.track(mp3).heldBytes >= 0.5 * MIB - 64 * 1024, `${ring.track(mp3).heldBytes} bytes`);
  assert.ok(ring.track(aac).heldBytes >= 0.4 * MIB);
});

test('a rung alone has the whole ring', () => {
  const ring = new Ring({ sizeBytes: MIB, reserved: { rung: mp3, share: 0.5 } });
  for (let i = 0; i < 10_000; i += 1) ring.append(mp3, unit(i, 384));
  assert.ok(ring.track(mp3).readableBytes > 0.9 * MIB);
});

test('a smaller size evicts at once, a larger one keeps more', () => {
  const ring = new Ring({ sizeBytes: MIB });
  for (let i = 0; i < 5_000; i += 1) ring.append(mp3, unit(i, 384));
  ring.resize(MIB / 2);
  assert.ok(ring.heldBytes <= MIB / 2);
  ring.resize(2 * MIB);
  for (let i = 5_000; i < 12_000; i += 1) ring.append(mp3, unit(i, 384));
  assert.ok(ring.heldBytes > MIB);
});

test('no sequence of appends, evictions, reads and jumps yields a torn, repeated, skipped or reordered unit', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ op: fc.constant('append' as const), size: fc.integer({ min: 1, max: 3_000 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constant('read' as const),
        reader: fc.nat(3),
        max: fc.integer({ min: 1, max: 9_000 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('jump' as const), reader: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('evict' as const) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const ring = new Ring({ sizeBytes: 96 * 1024 });
      const track = ring.track(mp3);
      const sizes: number[] = [];
      const readers = [0, 0, 0, 0];
      const kept: { bytes: Uint8Array; from: number; to: number }[] = [];
      for (const action of steps) {
        if (action.op === 'append') {
          ring.append(mp3, unit(sizes.length, action.size));
          sizes.push(action.size);
        } else if (action.op === 'evict') {
          track.evict();
        } else if (action.op === 'jump') {
          readers[action.reader] = track.syncAtOrAfter(readers[action.reader] as number);
        } else {
          const from = readers[action.reader] as number;
          const run = track.run(from, track.endSequence, action.max);
          if (run === undefined) {
            assert.ok(from < track.oldestSequence || from === track.endSequence, 'a readable unit was refused');
            if (from < track.oldestSequence) readers[action.reader] = track.oldestSequence;
            continue;
          }
          assert.ok(run.to > from);
          kept.push({ bytes: run.bytes, from, to: run.to });
          readers[action.reader] = run.to;
        }
      }
      // Checked at the end: views taken long ago must still hold what they held.
      for (const { bytes, from, to } of kept) {
        const wanted: number[] = [];
        for (let i = from; i < to; i += 1) for (let k = 0; k < (sizes[i] as number); k += 1) wanted.push(i & 0xff);
        assert.is(Buffer.compare(bytes, Uint8Array.from(wanted)), 0);
      }
    }),
    { numRuns: 150 },
  );
});

test('the time index finds the first unit at or after a moment, over evictions and gaps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 500 }),
      fc.double({ min: -0.2, max: 1.2, noNaN: true }),
      (gaps, where) => {
        const ring = new Ring({ sizeBytes: 64 * 1024 });
        const track = ring.track(mp3);
        const pts: number[] = [];
        let at = 1_000;
        for (const [gap, sync] of gaps) {
          at += gap * 1_000;
          pts.push(at);
          ring.append(mp3, { ptsUs: at, durationUs: 1_000, sync, bytes: new Uint8Array(400) });
        }
        const wanted = Math.round(1_000 + (at - 1_000) * where);
        let expected = track.oldestSequence;
        while (expected < pts.length && (pts[expected] as number) < wanted) expected += 1;
        assert.is(track.sequenceAtOrAfter(wanted), expected);
        let sync = expected;
        while (sync < pts.length && gaps[sync]?.[1] === false) sync += 1;
        assert.is(track.syncAtOrAfter(expected), sync);
      },
    ),
    { numRuns: 200 },
  );
});

test('bytes ahead of a unit are those of it and all after it', () => {
  const ring = new Ring({ sizeBytes: 64 * 1024 });
  const track = ring.track(mp3);
  for (let i = 0; i < 1_000; i += 1) ring.append(mp3, unit(i, 100 + (i % 50)));
  let bytes = 0;
  for (let at = track.endSequence; at >= track.oldestSequence; at -= 1) {
    if (at < track.endSequence) bytes += 100 + (at % 50);
    assert.is(track.bytesAhead(at), bytes);
  }
  assert.is(track.bytesAhead(0), track.readableBytes);
});

test('an empty track answers for itself', () => {
  const track = new Ring({ sizeBytes: MIB }).track(mp3);
  assert.is(track.run(0, 10, 100), undefined);
  assert.is(track.sequenceAtOrAfter(5), 0);
  assert.is(track.syncAtOrAfter(0), 0);
  assert.is(track.bytesAhead(0), 0);
});

test.run();
