import jpegTurbo from '@julusian/jpeg-turbo';
import { MediaError } from '../core/errors.ts';
import { newPixels, type Pixels } from './pixels.ts';

/*
 * JPEG through libjpeg-turbo. Quality is libjpeg's own scale. Colour is stored at half the resolution (4:2:0), as cameras
 * do and as every viewer reads.
 */

/**
 * A JPEG of the picture, made in a thread of its own. The pixels must not change until it is there. It is the beginning
 * of a buffer for the largest JPEG there can be: to copy it out of one that is used again would save a twelfth of the
 * time, and leave the copies lying about until garbage is collected.
 */
export function encodeJpeg(pixels: Pixels, quality: number): Promise<Buffer> {
  const { width, height, data } = pixels;
  return jpegTurbo.compress(data, {
    format: jpegTurbo.FORMAT_RGBA,
    width,
    height,
    quality,
    subsampling: jpegTurbo.SAMP_420,
  });
}

/**
 * The pixels of a JPEG, made in a thread of its own. `width` and `height` are what its header says.
 * @throws MediaError `picture.damaged` when it is cut off or damaged
 */
export async function decodeJpeg(jpeg: Buffer, width: number, height: number): Promise<Pixels> {
  const pixels = newPixels(width, height);
  try {
    const decoded = await jpegTurbo.decompress(jpeg, pixels.data, { format: jpegTurbo.FORMAT_RGBA });
    if (decoded.width === width && decoded.height === height) return pixels;
  } catch (cause) {
    throw damaged(cause);
  }
  throw damaged(undefined);
}

function damaged(cause: unknown): MediaError {
  return new MediaError('picture.damaged', 'A picture of the camera is damaged', {
    remedy: 'If that happens often, look at the cable and the power supply of the camera.',
    cause,
  });
}
