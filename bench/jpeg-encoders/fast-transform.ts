import { cjpeg } from '../../src/picture/jpeg.testing.ts';
import { lumaOf, MjpegDecoder } from './ffmpeg-mjpeg.ts';
import { lumaSsim } from './luma-ssim.ts';
import type { TrialFrame } from './street-frames.ts';

export interface TransformResult {
  readonly fastSsim: number;
  readonly accurateSsim: number;
}

/** What libjpeg-turbo's fast cosine transform, the only one that the package offers, costs in similarity. */
export async function compareTransforms(frames: readonly TrialFrame[], quality: number): Promise<TransformResult> {
  using decoder = new MjpegDecoder();
  const ssimOf = async (transform: string) => {
    let sum = 0;
    for (const { pixels, yuv } of frames) {
      const jpeg = cjpeg(pixels, '-quality', String(quality), '-sample', '2x2', '-dct', transform);
      sum += lumaSsim(lumaOf(yuv), lumaOf(await decoder.decode(jpeg)));
    }
    return sum / frames.length;
  };
  return { fastSsim: await ssimOf('fast'), accurateSsim: await ssimOf('int') };
}
