import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newPixels, type Pixels } from './pixels.ts';
import { shrunk } from './shrink.ts';

const test = suite('shrink');

function filled(width: number, height: number, byteAt: (i: number) => number): Pixels {
  const pixels = newPixels(width, height);
  for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = byteAt(i);
  return pixels;
}

test('each pixel is the mean of those it stands for', () => {
  for (const [width, height, boxWidth, boxHeight] of [
    [9, 6, 3, 3],
    [8, 4, 2, 2],
    [30, 20, 10, 10],
  ] as const) {
    const pixels = filled(width, height, (i) => (i * i * 7) % 251);
    const small = shrunk(pixels, width / boxWidth);
    assert.equal([small.width, small.height], [width / boxWidth, height / boxHeight]);
    small.data.forEach((byte, i) => {
      const x = Math.floor(i / 4) % small.width;
      const y = Math.floor(i / 4 / small.width);
      let sum = 0;
      for (let atY = y * boxHeight; atY < (y + 1) * boxHeight; atY += 1) {
        for (let atX = x * boxWidth; atX < (x + 1) * boxWidth; atX += 1) {
          sum += pixels.data[(atY * width + atX) * 4 + (i % 4)] as number;
        }
      }
      // Halves are rounded down, twice.
      const mean = sum / (boxWidth * boxHeight);
      assert.ok(Math.abs(byte - mean) < 2, `${byte} is not near ${mean}`);
    });
  }
});

test('the shape stays, a uniform colour stays, and no mean is outside of what was there', () => {
  const side = fc.integer({ min: 1, max: 120 });
  fc.assert(
    fc.property(side, side, side, fc.nat(255), fc.nat(255), (width, height, wanted, low, other) => {
      const [least, most] = [Math.min(low, other), Math.max(low, other)];
      const result = shrunk(
        filled(width, height, (i) => ((i * 31) % 7 < 3 ? low : other)),
        wanted,
      );
      assert.is(result.width, Math.min(wanted, width));
      if (wanted < width) assert.is(result.height, Math.max(1, Math.round((height * wanted) / width)));
      assert.ok(result.data.every((byte) => byte >= least && byte <= most));
      assert.ok(
        shrunk(
          filled(width, height, () => low),
          wanted,
        ).data.every((byte) => byte === low),
      );
    }),
    { numRuns: 200 },
  );
});

test('a picture that is no wider is left as it is, and 0 means its own width', () => {
  const pixels = filled(8, 8, () => 1);
  for (const width of [0, 8, 9]) assert.is(shrunk(pixels, width), pixels);
});

test('a very large picture is sampled, not summed up beyond what fits', () => {
  assert.ok(
    shrunk(
      filled(2000, 100, () => 255),
      20,
    ).data.every((byte) => byte === 255),
  );
});

test.run();
