import { getSystemErrorName } from 'node:util';
import { type ErrorDetails, MediaError, NetworkError, type PipitError } from '../core/errors.ts';

/**
 * What FFmpeg answered, before somebody who knows what was opened turns it into an error for people. It never
 * holds the URL.
 */
export class FfmpegFailure extends Error {
  /** Opening, or reading what was open. */
  readonly stage: 'open' | 'read';
  /** FFmpeg's AVERROR, negative. */
  readonly averror: number;
  /** Name of the system's error (`ENODEV`, `EBUSY`, `ETIMEDOUT` …); empty when it is one of FFmpeg's own. */
  readonly errno: string;
  /** The bytes came, but they are no media that FFmpeg knows. */
  readonly isNotMedia: boolean;

  constructor(stage: FfmpegFailure['stage'], averror: number, text: string, isNotMedia: boolean) {
    super(text);
    this.name = 'FfmpegFailure';
    this.stage = stage;
    this.averror = averror;
    this.errno = errnoOf(averror);
    this.isNotMedia = isNotMedia;
  }
}

/** Turns a failure into the error that `AudioSource.read` and `Camera.read` throw. */
export type MapFailure = (failure: FfmpegFailure) => PipitError;

/** What is read out of a target. */
export type MediaKind = 'sound' | 'pictures';

/** For files and byte streams, called `name` in messages. */
export function mediaFailure(name: string, kind: MediaKind = 'sound'): MapFailure {
  return (failure) => {
    const details = (remedy: string): ErrorDetails => ({ remedy, cause: failure });
    if (failure.isNotMedia) return notMedia(name, kind, failure);
    if (failure.errno === 'ENOENT') {
      return new MediaError('capture.no-file', `${name} does not exist`, details('Put it there, or correct the path.'));
    }
    return new MediaError(
      'capture.unreadable',
      `${name} can't be read: ${failure.message}`,
      details('See whether it is a readable file and the medium it is on is sound.'),
    );
  };
}

/** For what comes over the network. `name` is the address without its secrets. */
export function networkFailure(name: string, kind: MediaKind = 'sound'): MapFailure {
  return (failure) => {
    if (failure.isNotMedia) return notMedia(name, kind, failure);
    return new NetworkError('capture.unreachable', `${name} can't be read: ${failure.message}`, {
      remedy: 'See whether the address is right and its server is up; it is tried again.',
      cause: failure,
    });
  };
}

/** `capture.not-media`: what `name` delivers is nothing of that kind in any format that is known here. */
export function notMedia(name: string, kind: MediaKind = 'sound', cause?: unknown): MediaError {
  const formats =
    kind === 'sound'
      ? 'MP3, AAC, Ogg (Vorbis, Opus or FLAC), FLAC, WAV or M4A'
      : 'MJPEG, H.264 or H.265 in MP4, Matroska, AVI or MPEG-TS, or a JPEG or PNG';
  return new MediaError(
    'capture.not-media',
    `${name} is not ${kind === 'sound' ? 'a sound' : 'a picture or film'} format that can be read`,
    { remedy: `Use ${formats}, and see whether it is damaged.`, cause },
  );
}

function errnoOf(averror: number): string {
  // FFmpeg's own errors are four letters read as a number, far beyond what systems use.
  if (averror >= 0 || averror < -4096) return '';
  const name = getSystemErrorName(averror);
  return /^E[A-Z0-9]+$/.test(name) ? name : '';
}
