import type sharp from 'sharp';
import { MediaError } from '../core/errors.ts';
import { BYTES_PER_PIXEL, type Pixels } from '../picture/pixels.ts';

/** AVIF's effort, 0 to 9: a Pi takes seconds for a picture at more than this. */
const AVIF_EFFORT = 1;
/** WebP's, 0 to 6. */
const WEBP_EFFORT = 2;

/**
 * A still in one of the formats that save more than JPEG does and cost more to make. Loads its library when the first
 * one is wanted: most boxes never need it.
 * @param quality 1 to 100, on the format's own scale
 * @throws MediaError `encode.no-still` where the library does not run on this machine
 */
export async function encodeStill(pixels: Pixels, format: 'webp' | 'avif', quality: number): Promise<Buffer> {
  const make = await load();
  const { data, width, height } = pixels;
  const image = make(data, { raw: { width, height, channels: BYTES_PER_PIXEL } }).removeAlpha();
  const encoded =
    format === 'webp'
      ? image.webp({ quality, effort: WEBP_EFFORT })
      : image.avif({ quality, effort: AVIF_EFFORT, chromaSubsampling: '4:2:0' });
  return encoded.toBuffer();
}

async function load(): Promise<typeof sharp> {
  try {
    const { default: make } = await import('sharp');
    // One picture at a time and nothing kept: memory matters more here than the last millisecond.
    make.cache(false);
    make.concurrency(1);
    return make;
  } catch (cause) {
    throw new MediaError('encode.no-still', 'WebP and AVIF cannot be made on this machine', {
      remedy: 'Ask for JPEG, or see that the package sharp is installed with its optional dependencies.',
      cause,
    });
  }
}
