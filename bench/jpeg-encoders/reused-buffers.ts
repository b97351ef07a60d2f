import jpegTurbo from '@julusian/jpeg-turbo';
import { newPixels, type Pixels } from '../../src/picture/pixels.ts';

/**
 * libjpeg-turbo into one buffer that is used again for each picture, and copied out of, where Pipit's own way takes a new
 * one: what that would gain.
 */
export class ReusedBuffers {
  readonly #jpeg: Buffer;
  readonly #pixels: Pixels;

  constructor(width: number, height: number) {
    this.#jpeg = Buffer.allocUnsafeSlow(jpegTurbo.bufferSize({ width, height, subsampling: jpegTurbo.SAMP_420 }));
    this.#pixels = newPixels(width, height);
  }

  /** A copy, which takes no more memory than it has bytes. */
  async encode({ data, width, height }: Pixels, quality: number): Promise<Buffer> {
    const { FORMAT_RGBA: format, SAMP_420: subsampling } = jpegTurbo;
    return Buffer.from(await jpegTurbo.compress(data, this.#jpeg, { format, width, height, quality, subsampling }));
  }

  async transcode(jpeg: Buffer, quality: number): Promise<Buffer> {
    await jpegTurbo.decompress(jpeg, this.#pixels.data, { format: jpegTurbo.FORMAT_RGBA });
    return this.encode(this.#pixels, quality);
  }
}
