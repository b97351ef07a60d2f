import type { CapturedFrame } from '../capture/camera/camera.ts';
import { newPixels, type Pixels } from '../picture/pixels.ts';
import { shrunk } from '../picture/shrink.ts';

/** A frame that counts what is done with it. */
export class FakeFrame implements CapturedFrame {
  readonly ptsUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer | undefined;
  /** Widths that its pixels were asked for in, in that order. */
  readonly asked: number[] = [];
  disposed = 0;
  readonly #pixels: Pixels;

  /** A frame that delivers copies of these pixels; or a JPEG of that size, where there is one. */
  constructor(pixels: Pixels, ptsUs = 0, jpeg?: Buffer) {
    this.#pixels = pixels;
    this.ptsUs = ptsUs;
    this.width = pixels.width;
    this.height = pixels.height;
    this.jpeg = jpeg;
  }

  toPixels(width: number): Pixels {
    if (this.disposed > 0) throw new Error('it has been disposed of');
    this.asked.push(width);
    const pixels = shrunk(this.#pixels, width);
    const copy = newPixels(pixels.width, pixels.height);
    pixels.data.copy(copy.data);
    return copy;
  }

  [Symbol.dispose](): void {
    this.disposed += 1;
  }
}

/** A picture of one colour, 0xRRGGBB. */
export function plain(width: number, height: number, colour: number): Pixels {
  const pixels = newPixels(width, height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data.writeUInt32BE(colour * 256 + 255, at);
  return pixels;
}

/** The colour of a pixel, 0xRRGGBB. */
export function colourAt({ width, data }: Pixels, x: number, y: number): number {
  return data.readUIntBE((y * width + x) * 4, 3);
}
