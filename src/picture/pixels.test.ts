import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freePixels, newPixels, type Pixels } from './pixels.ts';

const test = suite('pixels');

test('memory that was freed is used for the next picture of its size, and for no other', () => {
  const first = newPixels(64, 48);
  first.data.fill(7);
  freePixels(first);
  assert.is(first.data.length, 0, 'who still has it finds nothing');
  const other = newPixels(48, 48);
  const second = newPixels(64, 48);
  assert.equal([other.data.length, second.data.length], [48 * 48 * 4, 64 * 48 * 4]);
  assert.is(second.data[100], 7);
  assert.throws(() => freePixels(first));
});

test('two pictures never share memory', () => {
  const held: Pixels[] = [];
  for (let round = 0; round < 50; round += 1) {
    const pixels = newPixels(16, 16);
    pixels.data.fill(round);
    held.push(pixels);
    if (round % 3 === 2) freePixels(held.shift() as Pixels);
  }
  for (const { data } of held) assert.ok(data.every((byte) => byte === data[0]));
  assert.is(new Set(held.map(({ data }) => data[0])).size, held.length);
});

test.run();
