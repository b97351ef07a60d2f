import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADTS_MAX_FRAME_BYTES, isRungAdts, readAdtsHeader, writeAdtsHeader } from './adts.ts';

const test = suite('adts');

test('what is written is read back, for every length and layout', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: ADTS_MAX_FRAME_BYTES - 7 }),
      fc.integer({ min: 1, max: 7 }),
      (bytes, channels) => {
        const header = new Uint8Array(7);
        writeAdtsHeader(header, channels, bytes);
        assert.equal(readAdtsHeader(header), { objectType: 2, sampleRateIndex: 3, channels, frameBytes: bytes + 7 });
      },
    ),
  );
});

test('a frame that the length field cannot say is refused', () => {
  assert.throws(() => writeAdtsHeader(new Uint8Array(7), 2, ADTS_MAX_FRAME_BYTES - 6), RangeError);
});

test('garbage is no header, or one within the bounds of the format', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), fc.boolean(), (bytes, synced) => {
      if (synced) bytes.set([0xff, 0xf1].slice(0, bytes.length));
      const header = readAdtsHeader(bytes);
      if (header === undefined) return;
      assert.ok(header.frameBytes >= 7 && header.frameBytes <= ADTS_MAX_FRAME_BYTES);
      assert.ok(header.objectType >= 1 && header.objectType <= 4);
    }),
  );
});

test('only AAC-LC at 48 kHz in the right layout is a rung', () => {
  const header = { objectType: 2, sampleRateIndex: 3, channels: 2, frameBytes: 300 };
  assert.ok(isRungAdts(header, 2));
  assert.not.ok(isRungAdts(header, 1));
  assert.not.ok(isRungAdts({ ...header, sampleRateIndex: 4 }, 2));
  assert.not.ok(isRungAdts({ ...header, objectType: 1 }, 2));
});

test.run();
