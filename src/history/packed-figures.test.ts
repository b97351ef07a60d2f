import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eachFigure, type NumberedSpan, packFigures } from './packed-figures.ts';

const test = suite('packed figures');

function unpacked(packed: Uint8Array): NumberedSpan[] {
  const spans: NumberedSpan[] = [];
  eachFigure(packed, (id, value, max) => spans.push({ id, value, max }));
  return spans;
}

const value = fc.oneof(
  fc.constantFrom(0, 1, -1, 127, 128, 16_383, 16_384, 0.5, 1e12),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: 0, max: 20_000 }),
);
const spans = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 1, max: 100_000 }), value, value).map(([id, one, other]) => ({
    id,
    value: Math.fround(one),
    max: Math.fround(other),
  })),
  { selector: ({ id }) => id, maxLength: 200 },
);

test('what is packed comes out as it was, in the order of its numbers', () => {
  fc.assert(
    fc.property(spans, (some) => {
      const sorted = [...some].sort((a, b) => a.id - b.id);
      const out = unpacked(packFigures([...some]));
      assert.is(out.length, sorted.length);
      out.forEach((span, index) => {
        const expected = sorted[index] as NumberedSpan;
        assert.is(span.id, expected.id);
        assert.ok(span.value === expected.value && span.max === expected.max, JSON.stringify([span, expected]));
      });
    }),
  );
});

test('flags and small counts take two bytes, a mean with its highest nine', () => {
  assert.is(packFigures([{ id: 1, value: 0, max: 0 }]).length, 1);
  assert.is(packFigures([{ id: 1, value: 1, max: 1 }]).length, 2);
  assert.is(packFigures([{ id: 1, value: 2.5, max: 2.5 }]).length, 5);
  assert.is(packFigures([{ id: 1, value: 2.5, max: 7 }]).length, 9);
});

test('a row that is cut off, or is anything at all, tells figures or nothing, and ends', () => {
  fc.assert(
    fc.property(spans, fc.nat({ max: 2_000 }), (some, length) => {
      const packed = packFigures([...some]);
      const whole = unpacked(packed);
      const part = unpacked(packed.subarray(0, length));
      assert.ok(part.length <= whole.length);
      part.forEach((span, index) => {
        assert.is(span.id, whole[index]?.id);
      });
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void unpacked(bytes)));
});

test.run();
