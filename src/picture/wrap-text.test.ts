import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapText } from './wrap-text.ts';

const test = suite('wrap text');

test('rows are broken between words and at line breaks', () => {
  assert.equal(wrapText('the camera is not there', 10), ['the camera', 'is not', 'there']);
  assert.equal(wrapText('one\ntwo  three', 20), ['one', 'two three']);
  assert.equal(wrapText('', 20), []);
});

test('a word longer than a row is cut', () => {
  assert.equal(wrapText('at /dev/v4l/by-id/usb-camera now', 10), ['at', '/dev/v4l/b', 'y-id/usb-c', 'amera now']);
});

test('no row is too long, and no letter gets lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (text, letters) => {
      const rows = wrapText(text, letters);
      assert.ok(rows.every((row) => row.length > 0 && Array.from(row).length <= letters));
      assert.is(rows.join('').replace(/\s/g, ''), text.replace(/\s/g, ''));
    }),
  );
});

test('an endless text ends after a hundred rows', () => {
  assert.is(wrapText('x'.repeat(5000), 10).length, 100);
});

test.run();
