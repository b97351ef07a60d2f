import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Frame } from 'node-av/lib';
import { BYTES_PER_PIXEL, type Pixels } from '../../src/picture/pixels.ts';
import { newYuv, YuvConverter } from './ffmpeg-mjpeg.ts';

/** One picture in the forms in which encoders want it. */
export interface TrialFrame {
  readonly pixels: Pixels;
  readonly yuv: Frame;
}

const FILM =
  process.env['PIPIT_BENCH_VIDEO'] ??
  join(import.meta.dirname, '../../../shared/media/street-camera-768x576-10fps.avi');
/** Of the film's 795, which leaves 24. */
const EVERY = 33;

/** `count` frames spread over the film, or over its beginning, scaled to that size. */
export function readFrames(width: number, height: number, count: number): Pixels[] {
  const filter = `select=not(mod(n\\,${EVERY})),scale=${width}:${height}`;
  const output = ['-fps_mode', 'passthrough', '-frames:v', String(count), '-pix_fmt', 'rgba', '-f', 'rawvideo', '-'];
  const { stdout, stderr, error } = spawnSync('ffmpeg', ['-v', 'error', '-i', FILM, '-vf', filter, ...output], {
    maxBuffer: 1 << 30,
  });
  const bytes = width * height * BYTES_PER_PIXEL;
  if (stdout.length < bytes) throw new Error(`no frames of ${FILM}: ${error?.message ?? stderr}`);
  return Array.from({ length: Math.floor(stdout.length / bytes) }, (_, i) => ({
    width,
    height,
    data: stdout.subarray(i * bytes, (i + 1) * bytes),
  }));
}

/** The pictures with their YUV, which whoever asks for it frees. */
export function withYuv(pictures: readonly Pixels[]): TrialFrame[] {
  const { width, height } = pictures[0] as Pixels;
  using converter = new YuvConverter(width, height);
  return pictures.map((pixels) => {
    const yuv = newYuv(width, height);
    converter.convert(pixels, yuv);
    return { pixels, yuv };
  });
}
