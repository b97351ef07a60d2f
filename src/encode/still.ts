import { BYTES_PER_PIXEL, type Pixels } from '../picture/pixels.ts';

/** AVIF's effort, 0 to 9: a Pi takes seconds for a picture at more than this. */
const AVIF_EFFORT = 1;
/** WebP's, 0 to 6. */
const WEBP_EFFORT = 2;

/**
 * A still in one of the formats that save more than JPEG does and cost more to make. Loads its library when the first
 * one is wanted: most boxes never need it.
 * @param quality 1 to 100, on the format's own scale
 */
export async function encodeStill(pixels: Pixels, format: 'webp' | 'avif', quality: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  // One picture at a time and nothing kept: memory matters more here than the last millisecond.
  sharp.cache(false);
  sharp.concurrency(1);
  const { data, width, height } = pixels;
  const image = sharp(data, { raw: { width, height, channels: BYTES_PER_PIXEL } }).removeAlpha();
  const encoded =
    format === 'webp' ? image.webp({ quality, effort: WEBP_EFFORT }) : image.avif({ quality, effort: AVIF_EFFORT });
  return encoded.toBuffer();
}
