import { readFileSync } from 'node:fs';
import { samplePicture } from '../../src/picture/jpeg.testing.ts';
import { BYTES_PER_PIXEL, freeMemory } from '../../src/picture/pixels.ts';

/*
 * A program that prints, as JSON, what a library does to the memory of the process that loads it.
 *
 *   node encode-memory.ts LIBRARY
 */

/** KiB of resident memory beyond what the process had before. */
export interface EncodeMemory {
  readonly imported: number;
  readonly afterOne: number;
  readonly afterMany: number;
  readonly peak: number;
}

export type Library = 'libjpeg-turbo' | 'sharp' | 'FFmpeg';

const WIDTH = 1920;
const HEIGHT = 1080;
const QUALITY = 70;
/** FFmpeg's step that comes near to that. */
const FFMPEG_SCALE = 4;
const MANY = 100;

async function measure(library: Library): Promise<EncodeMemory> {
  const pixels = samplePicture(WIDTH, HEIGHT);
  const before = statusKb('VmRSS');
  const encode = await load(library, pixels);
  const imported = statusKb('VmRSS') - before;
  await encode();
  const afterOne = statusKb('VmRSS') - before;
  for (let i = 1; i < MANY; i += 1) await encode();
  return { imported, afterOne, afterMany: statusKb('VmRSS') - before, peak: statusKb('VmHWM') - before };
}

async function load(library: Library, pixels: ReturnType<typeof samplePicture>): Promise<() => Promise<unknown>> {
  if (library === 'libjpeg-turbo') {
    const { encodeJpeg } = await import('../../src/picture/jpeg-turbo.ts');
    // As the worker does with what has been sent.
    return async () => freeMemory(await encodeJpeg(pixels, QUALITY));
  }
  if (library === 'sharp') {
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    sharp.concurrency(1);
    const raw = { width: WIDTH, height: HEIGHT, channels: BYTES_PER_PIXEL } as const;
    return () => sharp(pixels.data, { raw }).jpeg({ quality: QUALITY }).toBuffer();
  }
  const { MjpegEncoder, newYuv, YuvConverter } = await import('./ffmpeg-mjpeg.ts');
  // Loading it is one thing, what it takes for pictures another: that is made with the first and kept for all.
  const prepare = () => ({
    encoder: new MjpegEncoder(WIDTH, HEIGHT, 'default'),
    converter: new YuvConverter(WIDTH, HEIGHT),
    yuv: newYuv(WIDTH, HEIGHT),
  });
  let prepared: ReturnType<typeof prepare> | undefined;
  return () => {
    prepared ??= prepare();
    const { encoder, converter, yuv } = prepared;
    converter.convert(pixels, yuv);
    return encoder.encode(yuv, FFMPEG_SCALE);
  };
}

function statusKb(name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

console.log(JSON.stringify(await measure(process.argv[2] as Library)));
