import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { framed } from './v4l2-devices.testing.ts';
import { V4l2FrameSplitter } from './v4l2-frame-splitter.ts';

const test = suite('v4l2-frame-splitter');
const all = { wants: () => true };

/** In pieces of these lengths, again and again. */
function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer, void, undefined> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

test('frames come out as they went in, however they are cut', () => {
  const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 8 });
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(frames, lengths, (wanted, pieces) => {
      const splitter = new V4l2FrameSplitter(all);
      const seen = [...cut(framed(...wanted), pieces)].flatMap((piece) => splitter.push(piece, 0));
      assert.equal(
        seen.map(({ data }) => [...data]),
        wanted.map((frame) => [...frame]),
      );
    }),
  );
});

test('what a header looks like is a part of a frame within one', () => {
  const tricky = framed(Buffer.from('a'), Buffer.from('b'));
  const splitter = new V4l2FrameSplitter(all);
  const [frame, ...more] = splitter.push(framed(tricky), 0);
  assert.ok(frame?.data.equals(tricky));
  assert.is(more.length, 0);
});

test('a frame counts from when its header came', () => {
  const splitter = new V4l2FrameSplitter(all);
  const bytes = framed(Buffer.alloc(100));
  assert.equal(splitter.push(bytes.subarray(0, 20), 7), []);
  assert.is(splitter.push(bytes.subarray(20), 9)[0]?.atUs, 7);
});

test('what is not wanted is passed over', () => {
  const asked: number[] = [];
  const splitter = new V4l2FrameSplitter({ wants: (_, bytes) => asked.push(bytes) % 2 === 0 });
  const seen = splitter.push(framed(Buffer.alloc(3, 1), Buffer.alloc(4, 2), Buffer.alloc(5, 3)), 0);
  assert.equal(asked, [3, 4, 5]);
  assert.equal(
    seen.map(({ data }) => data.toString('hex')),
    ['02020202'],
  );
});

test('words before a header, frames of no length and impossible ones are passed over', () => {
  const splitter = new V4l2FrameSplitter({ ...all, maxBytes: 1000 });
  const good = framed(Buffer.from('good'));
  const impossible = framed(Buffer.alloc(1001)).subarray(0, 8);
  const bytes = [Buffer.from('Frame rate set\nrdrdh'), good, framed(Buffer.alloc(0)), impossible, good];
  assert.equal(
    splitter.push(Buffer.concat(bytes), 0).map(({ data }) => data.toString()),
    ['good', 'good'],
  );
});

test.run();
