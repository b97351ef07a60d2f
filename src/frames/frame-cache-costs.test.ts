import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Frame } from '../core/picture.ts';
import { encodeJpeg } from '../picture/jpeg-turbo.ts';
import { BYTES_PER_PIXEL, newPixels, type Pixels } from '../picture/pixels.ts';
import { FrameCacheCosts } from './frame-cache-costs.ts';

const test = suite('frame-cache-costs');

/** A landscape of sorts: patches of every size, the small ones weaker, as in photographs. */
function sceneOf(width: number, height: number): Pixels {
  const pixels = newPixels(width, height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let light = 128;
      for (let size = 256; size >= 2; size /= 2)
        light += 3 * size ** 0.5 * noise((x / width) * 640, (y / width) * 640, size);
      pixels.data.writeUInt32LE((0xff000000 + 0x010101 * Math.round(Math.min(Math.max(light, 0), 255))) >>> 0, at);
      at += BYTES_PER_PIXEL;
    }
  }
  return pixels;
}

/** -1 to 1, smooth, with a new value every `size` pixels. */
function noise(x: number, y: number, size: number): number {
  const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
  const [u, v] = [x / size - column, y / size - row];
  const top = corner(column, row, size) * (1 - u) + corner(column + 1, row, size) * u;
  const bottom = corner(column, row + 1, size) * (1 - u) + corner(column + 1, row + 1, size) * u;
  return top * (1 - v) + bottom * v;
}

function corner(column: number, row: number, size: number): number {
  const mixed = Math.sin(column * 127.1 + row * 311.7 + size * 74.7) * 43_758.5453;
  return 2 * (mixed - Math.floor(mixed)) - 1;
}

const FRAME: Frame = { sequence: 1, ptsUs: 1_000_000, width: 640, height: 480 };

/** Tells of a picture of that many bytes. */
function add(
  costs: FrameCacheCosts,
  level: number,
  sizeBytes: number,
  options: { width?: number; ptsUs?: number } = {},
) {
  const { width = 640, ptsUs = FRAME.ptsUs } = options;
  const height = Math.round((width * 3) / 4);
  costs.add(FRAME, { ...FRAME, ptsUs, width, height, level, data: Buffer.alloc(sizeBytes), encodeUs: 1000 });
}

test('nothing is known before the first picture', () => {
  assert.is(new FrameCacheCosts().of(70, 0), undefined);
});

test('from one level, what real pictures of the others take is foretold within a quarter', async () => {
  const scene = sceneOf(640, 480);
  const sizes = new Map<number, number>();
  for (const level of [90, 70, 50, 30]) sizes.set(level, (await encodeJpeg(scene, level)).length);
  for (const [level, sizeBytes] of sizes) {
    const costs = new FrameCacheCosts();
    add(costs, level, sizeBytes);
    assert.is(costs.of(level, 0), sizeBytes);
    for (const [other, real] of sizes) {
      const off = (costs.of(other, 0) ?? 0) / real;
      assert.ok(off > 0.75 && off < 1.25, `${level} → ${other}: ${off.toFixed(2)} of ${real} bytes`);
    }
  }
});

test('from one width, what narrower pictures take is foretold within a quarter', async () => {
  const own = (await encodeJpeg(sceneOf(640, 480), 70)).length;
  const costs = new FrameCacheCosts();
  add(costs, 70, own);
  for (const width of [480, 320]) {
    const real = (await encodeJpeg(sceneOf(width, (width * 3) / 4), 70)).length;
    const off = (costs.of(70, width) ?? 0) / real;
    assert.ok(off > 0.75 && off < 1.25, `${width}: ${off.toFixed(2)} of ${real} bytes`);
  }
});

test('a better or wider picture never costs less, whatever it is estimated from', () => {
  for (const measured of [1, 30, 70, 100]) {
    const costs = new FrameCacheCosts();
    add(costs, measured, 50_000);
    for (let level = 2; level <= 100; level++) {
      assert.ok((costs.of(level, 0) ?? 0) > (costs.of(level - 1, 0) ?? 0), `from ${measured}: ${level}`);
    }
    assert.ok((costs.of(70, 320) ?? 0) < (costs.of(70, 480) ?? 0));
    assert.is(costs.of(70, 9999), costs.of(70, 0));
  }
});

test('what was measured counts more than what is estimated, and is smoothed', () => {
  const costs = new FrameCacheCosts();
  add(costs, 90, 100_000);
  add(costs, 50, 90_000);
  assert.is(costs.of(50, 0), 90_000);
  add(costs, 50, 40_000);
  assert.is(costs.of(50, 0), 80_000);
  for (let i = 0; i < 40; i++) add(costs, 50, 40_000);
  assert.ok(Math.abs((costs.of(50, 0) ?? 0) - 40_000) < 100);
});

test('a measure of another half minute is not believed any more', () => {
  const costs = new FrameCacheCosts();
  add(costs, 90, 100_000, { ptsUs: 1_000_000 });
  add(costs, 50, 10_000, { ptsUs: 32_000_000 });
  assert.ok((costs.of(90, 0) ?? 0) < 40_000, 'it grew dark: the fresh measure decides');
  add(costs, 90, 26_000, { ptsUs: 33_000_000 });
  assert.is(costs.of(90, 0), 26_000, 'it begins anew');
});

test('however many widths are asked for, the newest are remembered', () => {
  const costs = new FrameCacheCosts();
  for (let width = 1; width <= 640; width++) add(costs, 70, 100 + width, { width });
  assert.is(costs.of(70, 640), 740);
  assert.is.not(costs.of(70, 10), 110);
});

test.run();
