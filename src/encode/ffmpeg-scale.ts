import { AV_PIX_FMT_RGBA, SWS_FAST_BILINEAR } from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import { halved } from '../picture/halve.ts';
import { BYTES_PER_PIXEL, newPixels, type Pixels } from '../picture/pixels.ts';

/**
 * Makes pictures smaller: halves them as far as that goes, which is cheap, and leaves the rest to FFmpeg. It keeps what
 * FFmpeg has prepared for the last sizes, since a camera's pictures are all alike.
 */
export class PixelScaler implements Disposable {
  #context: SoftwareScaleContext | undefined;
  #prepared = '';

  /** The picture `width` pixels wide, in the same shape; itself when it is no wider. */
  scale(pixels: Pixels, width: number): Pixels {
    let source = pixels;
    while (width * 2 <= source.width) source = halved(source);
    if (width >= source.width) return source;
    return this.#scaled(source, width);
  }

  [Symbol.dispose](): void {
    this.#context?.freeContext();
    this.#context = undefined;
    this.#prepared = '';
  }

  #scaled(pixels: Pixels, width: number): Pixels {
    const height = Math.max(1, Math.round((pixels.height * width) / pixels.width));
    const scaled = newPixels(width, height);
    this.#contextFor(pixels, scaled).scaleSync(
      [pixels.data],
      [pixels.width * BYTES_PER_PIXEL],
      0,
      pixels.height,
      [scaled.data],
      [width * BYTES_PER_PIXEL],
    );
    return scaled;
  }

  #contextFor(from: Pixels, to: Pixels): SoftwareScaleContext {
    const wanted = `${from.width}x${from.height}-${to.width}x${to.height}`;
    if (this.#context !== undefined && this.#prepared === wanted) return this.#context;
    this.#context?.freeContext();
    const context = new SoftwareScaleContext();
    context.getContext(
      from.width,
      from.height,
      AV_PIX_FMT_RGBA,
      to.width,
      to.height,
      AV_PIX_FMT_RGBA,
      SWS_FAST_BILINEAR,
    );
    this.#context = context;
    this.#prepared = wanted;
    return context;
  }
}
