import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newPixels, type Pixels } from './pixels.ts';
import { turned } from './turn.ts';

const test = suite('turn');
const ROTATIONS = [0, 90, 180, 270] as const;
const FLIPS = ['none', 'horizontal', 'vertical', 'both'] as const;

/** A picture in which each pixel is another one. */
function numbered(width: number, height: number): Pixels {
  const pixels = newPixels(width, height);
  for (let i = 0; i < width * height; i += 1) pixels.data.writeUInt32LE((i * 7919) % 0x1000000, i * 4);
  return pixels;
}

function pixelAt({ width, data }: Pixels, x: number, y: number): number {
  return data.readUInt32LE((y * width + x) * 4);
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }));

test('a pixel goes where it belongs: turned clockwise first, mirrored then', () => {
  fc.assert(
    fc.property(sizes, fc.constantFrom(...ROTATIONS), fc.constantFrom(...FLIPS), ([width, height], rotate, flip) => {
      const pixels = numbered(width, height);
      const result = turned(pixels, rotate, flip);
      const isUpended = rotate === 90 || rotate === 270;
      assert.equal([result.width, result.height], isUpended ? [height, width] : [width, height]);
      assert.is(result.data.length, pixels.data.length);
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          let [toX, toY] = {
            0: [x, y],
            90: [height - 1 - y, x],
            180: [width - 1 - x, height - 1 - y],
            270: [y, width - 1 - x],
          }[rotate] as [number, number];
          if (flip === 'horizontal' || flip === 'both') toX = result.width - 1 - toX;
          if (flip === 'vertical' || flip === 'both') toY = result.height - 1 - toY;
          if (pixelAt(result, toX, toY) !== pixelAt(pixels, x, y))
            assert.unreachable(`${x},${y} is not at ${toX},${toY}`);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('four quarter turns, two mirrorings, or a turn and the one back change nothing', () => {
  fc.assert(
    fc.property(sizes, fc.constantFrom(...ROTATIONS), fc.constantFrom(...FLIPS), ([width, height], rotate, flip) => {
      const pixels = numbered(width, height);
      let again = pixels;
      for (let i = 0; i < 4; i += 1) again = turned(again, rotate, 'none');
      assert.equal(again.data, pixels.data);
      assert.equal(turned(turned(pixels, 0, flip), 0, flip).data, pixels.data);
      const back = ((360 - rotate) % 360) as 0 | 90 | 180 | 270;
      assert.equal(turned(turned(pixels, rotate, flip), 0, flip).data, turned(pixels, rotate, 'none').data);
      assert.equal(turned(turned(pixels, rotate, 'none'), back, 'none').data, pixels.data);
    }),
    { numRuns: 100 },
  );
});

test('half a turn is mirroring both ways', () => {
  const pixels = numbered(37, 11);
  assert.equal(turned(pixels, 180, 'none').data, turned(pixels, 0, 'both').data);
  assert.is(turned(pixels, 180, 'both').data.compare(pixels.data), 0);
});

test('with nothing to do it is the same picture, and otherwise the given one is left as it was', () => {
  const pixels = numbered(40, 33);
  assert.is(turned(pixels, 0, 'none'), pixels);
  for (const rotate of ROTATIONS) for (const flip of FLIPS) turned(pixels, rotate, flip);
  assert.equal(pixels.data, numbered(40, 33).data);
});

test('pixels that begin anywhere in memory are turned as well', () => {
  const pixels = numbered(5, 3);
  const odd = Buffer.alloc(pixels.data.length + 3).subarray(3);
  pixels.data.copy(odd);
  assert.equal(turned({ ...pixels, data: odd }, 90, 'vertical').data, turned(pixels, 90, 'vertical').data);
});

test.run();
