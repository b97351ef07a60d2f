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
