import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HEADER_BYTES, LinkReader } from './link-reader.ts';

const test = suite('link-reader');
const TOO_MUCH = 48 * 1024 * 1024 + 1;

function header(payloadBytes: number, kind = 4): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(payloadBytes, 0);
  bytes[4] = kind;
  return bytes;
}

test('a frame that claims an impossible size is refused as soon as its size is known, however it comes in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: TOO_MUCH, max: 0xffffffff }),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
      (claim, before, cuts) => {
        const good = Buffer.concat([header(before.length), before]);
        const bytes = Buffer.concat([good, header(claim), Buffer.alloc(8)]);
        let frames = 0;
        const reader = new LinkReader(() => {
          frames += 1;
        });
        let at = 0;
        assert.throws(
          () => {
            for (let i = 0; at < bytes.length; i += 1) {
              const size = cuts[i % cuts.length] as number;
              reader.push(bytes.subarray(at, at + size));
              at += size;
            }
          },
          new RegExp(`frame of ${claim} bytes on a worker's link`),
        );
        assert.is(frames, 1);
        // Whoever has claimed it is not waited for.
        assert.ok(at <= good.length + HEADER_BYTES, `${at} of ${bytes.length}`);
      },
    ),
  );
});

test('the largest frame that may be is none of them', () => {
  const reader = new LinkReader(() => assert.unreachable());
  reader.push(header(TOO_MUCH - 1));
});

test('a payload may be kept: what comes after it does not change it', () => {
  const kept: Buffer[] = [];
  const reader = new LinkReader((_, payload) => kept.push(payload));
  const texts = ['first', 'second, which is longer', '', 'third'];
  const bytes = Buffer.concat(texts.flatMap((text) => [header(Buffer.byteLength(text)), Buffer.from(text)]));
  for (let at = 0; at < bytes.length; at += 7) reader.push(Buffer.from(bytes.subarray(at, at + 7)));
  assert.equal(kept.map(String), texts);
});

test.run();
