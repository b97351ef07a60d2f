import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { halved } from './halve.ts';
import { BYTES_PER_PIXEL, newPixels } from './pixels.ts';

const test = suite('halve');

test('each byte of the half is the mean of its four, but for rounding', () => {
  const size = fc.integer({ min: 2, max: 9 });
  fc.assert(
    fc.property(size, size, fc.infiniteStream(fc.nat(255)), (width, height, bytes) => {
      const pixels = newPixels(width, height);
      for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = bytes.next().value as number;
      const half = halved(pixels);
      assert.equal([half.width, half.height], [width >> 1, height >> 1]);
      for (let y = 0; y < half.height; y += 1) {
        for (let x = 0; x < half.width; x += 1) {
          for (let channel = 0; channel < BYTES_PER_PIXEL; channel += 1) {
            const at = (column: number, row: number) =>
              pixels.data[(row * width + column) * BYTES_PER_PIXEL + channel] as number;
            const mean =
              (at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1)) / 4;
            const got = half.data[(y * half.width + x) * BYTES_PER_PIXEL + channel] as number;
            assert.ok(got <= mean && got > mean - 1.5, `${got} for a mean of ${mean}`);
          }
        }
      }
    }),
  );
});

test.run();
