import type { Pixels } from './pixels.ts';

/** The pixels as one 32-bit word each, bytes in the order that they have in memory: what loops over pixels run on. */
export type PixelWords = Uint32Array<ArrayBufferLike>;

/**
 * The pixels as words: a view, or a copy where they do not begin at a multiple of four bytes, which newPixels never
 * makes.
 */
export function wordsOf({ width, height, data }: Pixels): PixelWords {
  if (data.byteOffset % 4 === 0) return new Uint32Array(data.buffer, data.byteOffset, width * height);
  const words = new Uint32Array(width * height);
  new Uint8Array(words.buffer).set(data.subarray(0, words.byteLength));
  return words;
}

/** Writes back what was drawn on `words`, where those are a copy. */
export function putWords({ data }: Pixels, words: PixelWords): void {
  if (words.buffer !== data.buffer) data.set(new Uint8Array(words.buffer, 0, words.byteLength));
}

/** A colour, 0xRRGGBB, as a word; right for machines of either byte order. */
export function wordOf(colour: number): number {
  const bytes = Uint8Array.of(colour >> 16, colour >> 8, colour, 255);
  return new Uint32Array(bytes.buffer)[0] as number;
}
