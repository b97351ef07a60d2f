/** A picture in memory. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Rows from the top without gaps, four bytes a pixel: red, green, blue, and one that means nothing (255). */
  readonly data: Buffer;
}

export const BYTES_PER_PIXEL = 4;

/** One for the camera's own size, and one for the size that is made of it. */
const MAX_SPARE = 2;
/**
 * Memory of pictures that were freed, for the next of the same size, the last freed at the end. The kernel hands new
 * memory out page by page, each of them cleared: for a picture that costs up to half of an encode.
 */
const spare: ArrayBuffer[] = [];

/** A picture of that size; what it shows is undefined. */
export function newPixels(width: number, height: number): Pixels {
  const bytes = width * height * BYTES_PER_PIXEL;
  const at = spare.findLastIndex(({ byteLength }) => byteLength === bytes);
  const [memory] = at === -1 ? [] : spare.splice(at, 1);
  return { width, height, data: memory === undefined ? Buffer.allocUnsafeSlow(bytes) : Buffer.from(memory) };
}

/**
 * Gives the memory of a picture from `newPixels` back at once: a few of them between two collections of garbage would
 * take more than all the rest. Whoever uses it afterwards finds no bytes, and to free it again is an error; native code
 * must not be working on it.
 */
export function freePixels({ data }: Pixels): void {
  spare.push((data.buffer as ArrayBuffer).transfer());
  if (spare.length > MAX_SPARE) spare.shift()?.transfer(0);
}

/**
 * Gives memory of its own back at once, such as that of a JPEG which has been sent, instead of when garbage is next
 * collected. Whoever uses it afterwards finds no bytes.
 */
export function freeMemory({ buffer }: Buffer): void {
  (buffer as ArrayBuffer).transfer(0);
}
