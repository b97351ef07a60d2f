import jpegTurbo from '@julusian/jpeg-turbo';
import { MediaError } from '../core/errors.ts';
import { newPixels, type Pixels } from './pixels.ts';

/*
 * JPEG through libjpeg-turbo. Quality is libjpeg's own scale. Colour is stored at half the resolution (4:2:0), as cameras
 * do and as every viewer reads.
 */

/** As many as are made at a time. */
const MAX_ROOMS = 3;
/**
 * Rooms for JPEGs in the making, three bytes a pixel, of which few are written. They are used again: the kernel would
 * hand out new ones page by page, which costs a sixth of an encode.
 */
const rooms: Buffer[] = [];

/**
 * A JPEG of the picture, made in a thread of its own. The pixels must not change until it is there. The result has
 * memory of its own, and is the caller's, who may free it (`freeMemory`).
 */
export async function encodeJpeg(pixels: Pixels, quality: number): Promise<Buffer> {
  const { width, height, data } = pixels;
  const subsampling = jpegTurbo.SAMP_420;
  const room = roomOf(jpegTurbo.bufferSize({ width, height, subsampling }));
  const options = { format: jpegTurbo.FORMAT_RGBA, width, height, quality, subsampling };
  const made = await jpegTurbo.compress(data, room, options);
  const jpeg = Buffer.allocUnsafeSlow(made.length);
  made.copy(jpeg);
  if (rooms.length < MAX_ROOMS) rooms.push(room);
  return jpeg;
}

/** One of another size is of no more use: the camera's size has changed. */
function roomOf(bytes: number): Buffer {
  const room = rooms.pop();
  return room?.length === bytes ? room : Buffer.allocUnsafeSlow(bytes);
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
