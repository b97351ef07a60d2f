/** A picture in memory. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Rows from the top without gaps, four bytes a pixel: red, green, blue, and one that means nothing (255). */
  readonly data: Buffer;
}

export const BYTES_PER_PIXEL = 4;

/** A picture of that size; what it shows is undefined. */
export function newPixels(width: number, height: number): Pixels {
  return { width, height, data: Buffer.allocUnsafeSlow(width * height * BYTES_PER_PIXEL) };
}

/**
 * Gives the memory of a picture from `newPixels` back at once: a few of them between two collections of garbage would
 * take more than all the rest. Whoever uses it afterwards finds no bytes; native code must not be working on it.
 */
export function freePixels({ data }: Pixels): void {
  (data.buffer as ArrayBuffer).transfer(0);
}
