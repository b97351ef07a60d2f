import { BugError } from '../../core/errors.ts';
import type { FfmpegTarget } from '../ffmpeg-demuxer.ts';
import type { MapFailure } from '../ffmpeg-failure.ts';
import type { CameraContext, CapturedFrame } from './camera.ts';

export interface FfmpegVideoSettings {
  readonly context: CameraContext;
  /** What errors call it, without secrets. */
  readonly name: string;
  /** What FFmpeg's failures mean here; `mediaFailure(name)` when left out. */
  readonly mapFailure?: MapFailure;
  /**
   * Where `ptsUs` comes from. `device`: the demuxer's own stamps are microseconds of CLOCK_MONOTONIC, as V4L2's are;
   * that of arrival where they clearly are not. `arrival`: when it was read. `stream`: the stream's own time, from 0.
   */
  readonly stamps: 'device' | 'arrival' | 'stream';
}

/** Opens the target and yields its pictures as they come, until it ends or `signal` aborts. */
// biome-ignore lint/correctness/useYield: to be filled in
export async function* readFfmpegVideo(
  target: FfmpegTarget,
  settings: FfmpegVideoSettings,
  signal: AbortSignal,
): AsyncGenerator<CapturedFrame, void, undefined> {
  throw new BugError('capture.unfinished', `${settings.name}, ${target.url}, ${signal.aborted}`);
}
