import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EncodedRungs } from './encoded-rungs.ts';

const test = suite('encoded rungs');

test('what is always encoded is there everywhere', () => {
  assert.ok(new EncodedRungs([64, 128], [128]).has(1, 0));
});

test('another is there from when it was wanted, as long as it is wanted now and then', () => {
  const encoded = new EncodedRungs([64, 128], [128]);
  assert.not(encoded.has(0, 100));
  encoded.want(0, 5, 15);
  assert.not(encoded.has(0, 15));
  assert.ok(encoded.has(0, 15.3));
  encoded.want(0, 14, 24);
  assert.ok(encoded.has(0, 24));
  encoded.want(0, 40, 50);
  assert.not(encoded.has(0, 50));
});

test.run();
