import { newPixels, type Pixels } from './pixels.ts';

/** All bits of a byte but the lowest, in each of four bytes. */
const UPPER_BITS = 0xfefefefe;

/**
 * The picture at half its width and height, each pixel the mean of four; odd last columns and rows are left out. Four
 * bytes are averaged at once, which makes it several times faster than scaling to any other size.
 */
export function halved(pixels: Pixels): Pixels {
  const width = pixels.width >> 1;
  const height = pixels.height >> 1;
  const half = newPixels(width, height);
  const from = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, pixels.width * pixels.height);
  const to = new Uint32Array(half.data.buffer, half.data.byteOffset, width * height);
  for (let y = 0, out = 0; y < height; y += 1) {
    let upper = 2 * y * pixels.width;
    let lower = upper + pixels.width;
    for (let x = 0; x < width; x += 1, upper += 2, lower += 2, out += 1) {
      const a = from[upper] as number;
      const b = from[upper + 1] as number;
      const c = from[lower] as number;
      const d = from[lower + 1] as number;
      // (a + b) / 2 is (a AND b) plus half of what only one of them has; nothing is carried from byte to byte.
      const ab = (a & b) + (((a ^ b) & UPPER_BITS) >>> 1);
      const cd = (c & d) + (((c ^ d) & UPPER_BITS) >>> 1);
      to[out] = (ab & cd) + (((ab ^ cd) & UPPER_BITS) >>> 1);
    }
  }
  return half;
}
