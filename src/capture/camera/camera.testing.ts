import { execFileSync } from 'node:child_process';
import { systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import type { VideoUnit } from '../../core/video-unit.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import type { CameraContext, CapturedFrame } from './camera.ts';

/** A context that keeps what it is told. */
export class TestCameraContext implements CameraContext {
  readonly clock = systemClock;
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly units: VideoUnit[] = [];
  wishedFps: number;

  constructor(wishedFps = Number.POSITIVE_INFINITY) {
    this.wishedFps = wishedFps;
  }

  readonly fps = (): number => this.wishedFps;

  onVideoUnit(unit: VideoUnit): void {
    this.units.push({ ...unit, data: Buffer.from(unit.data) });
  }

  count(name: string): number {
    return this.counters.snapshot()[name] ?? 0;
  }
}

/** Runs ffmpeg; returns what it wrote to its standard output. */
export function ffmpeg(...options: string[]): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...options], { maxBuffer: 256e6 });
}

/** Makes a film of ffmpeg's test picture; further options stand before its name. */
export function makeFilm(path: string, size: string, fps: number, seconds: number, ...options: string[]): string {
  ffmpeg('-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${fps}:duration=${seconds}`, ...options, path);
  return path;
}

/** JPEGs of ffmpeg's test picture, each by itself. */
export function makeJpegs(size: string, count: number): Buffer[] {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10`, '-frames:v', String(count)];
  const all = ffmpeg(...source, '-c:v', 'mjpeg', '-f', 'mjpeg', 'pipe:1');
  const starts: number[] = [];
  for (let at = all.indexOf('ffd8ff', 0, 'hex'); at >= 0; at = all.indexOf('ffd8ff', at + 1, 'hex')) starts.push(at);
  return starts.map((start, i) => all.subarray(start, starts[i + 1]));
}

/** What a frame was, after it has been disposed of. */
export interface SeenFrame {
  readonly ptsUs: number;
  /** CLOCK_MONOTONIC when it came. */
  readonly atUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer | undefined;
}

/** The first `count` frames, disposed of; `look` is shown each before. */
export async function see(
  frames: AsyncIterable<CapturedFrame>,
  count = Number.POSITIVE_INFINITY,
  look: (frame: CapturedFrame, index: number) => void = () => {},
): Promise<SeenFrame[]> {
  const seen: SeenFrame[] = [];
  for await (using frame of frames) {
    look(frame, seen.length);
    const { ptsUs, width, height, jpeg } = frame;
    seen.push({ ptsUs, atUs: systemClock.nowUs(), width, height, jpeg });
    if (seen.length >= count) break;
  }
  return seen;
}

/** The error that reading ends with. */
export async function cameraFailure(frames: AsyncIterable<CapturedFrame>): Promise<Error & { code: string }> {
  try {
    await see(frames);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('it ended in order');
}
