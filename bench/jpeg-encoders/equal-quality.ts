import { lumaOf, MjpegDecoder } from './ffmpeg-mjpeg.ts';
import { lumaSsim } from './luma-ssim.ts';
import type { TrialFrame } from './street-frames.ts';
import { SCALES, type TrialEncoder } from './trial-encoders.ts';

/** A step of an encoder's scale, and how similar its pictures are to what it was given. */
export interface Match {
  readonly quality: number;
  readonly ssim: number;
}

/** The mean over the frames. */
export async function ssimOf(encoder: TrialEncoder, frames: readonly TrialFrame[], quality: number): Promise<number> {
  using decoder = new MjpegDecoder();
  let sum = 0;
  for (const frame of frames) {
    const jpeg = await encoder.encode(frame, quality);
    sum += lumaSsim(lumaOf(frame.yuv), lumaOf(await decoder.decode(jpeg)));
  }
  return sum / frames.length;
}

/** The step of the encoder's scale whose SSIM is nearest to this one on these frames. */
export async function qualityFor(
  encoder: TrialEncoder,
  frames: readonly TrialFrame[],
  wantedSsim: number,
): Promise<number> {
  const scale = SCALES[encoder.scale];
  const seen: Match[] = [];
  let low = 0;
  let high = scale.length - 1;
  // SSIM rises along the scale: by the time halving ends it has seen both neighbours of what is wanted.
  while (low <= high) {
    const middle = (low + high) >> 1;
    const quality = scale[middle] as number;
    const ssim = await ssimOf(encoder, frames, quality);
    seen.push({ quality, ssim });
    if (ssim < wantedSsim) low = middle + 1;
    else high = middle - 1;
  }
  const distance = ({ ssim }: Match) => Math.abs(ssim - wantedSsim);
  return seen.reduce((best, match) => (distance(match) < distance(best) ? match : best)).quality;
}
