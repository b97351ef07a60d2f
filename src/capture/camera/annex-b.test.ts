import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parameterSetsOf } from './annex-b.ts';

const test = suite('annex-b');

/** A NAL unit of that type behind a start code; what it holds has no zero bytes, as emulation prevention ensures. */
function nal(type: number, long = true, content = [0x11, 0x22]): Buffer {
  return Buffer.from([...(long ? [0] : []), 0, 0, 1, 0x60 | type, ...content]);
}

test('parameter sets in front of a keyframe are found, with short and long start codes', () => {
  const data = Buffer.concat([nal(9), nal(7), nal(8, false), nal(6), nal(5), nal(8)]);
  const { hasSps, hasPps, bytes, insertAt } = parameterSetsOf(data);
  assert.ok(hasSps && hasPps);
  assert.equal(bytes, Buffer.concat([nal(7), nal(8, false)]));
  assert.is(insertAt, nal(9).length);
});

test('those behind a slice do not count, and without a delimiter they belong to the beginning', () => {
  const { hasSps, hasPps, bytes, insertAt } = parameterSetsOf(Buffer.concat([nal(6), nal(5, false), nal(7), nal(8)]));
  assert.not(hasSps || hasPps);
  assert.is(bytes.length, 0);
  assert.is(insertAt, 0);
});

test('any bytes are looked through without harm', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 1, 7, 8, 9, 0x65, 0xff)), (bytes) => {
      const data = Buffer.from(bytes);
      const sets = parameterSetsOf(data);
      return sets.insertAt <= data.length && sets.bytes.length <= data.length;
    }),
  );
});

test('the sets are a part of the data, in its order, whatever else stands before the first slice', () => {
  const units = fc.array(fc.record({ type: fc.constantFrom(6, 7, 8, 9, 12), long: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(units, (each) => {
      const data = Buffer.concat([...each.map(({ type, long }) => nal(type, long)), nal(1)]);
      const expected = each.filter(({ type }) => type === 7 || type === 8).map(({ type, long }) => nal(type, long));
      return parameterSetsOf(data).bytes.equals(Buffer.concat(expected));
    }),
  );
});

test.run();
