import type { Channels } from './pcm.ts';

/**
 * What one source is made from, after validation: paths are absolute, defaults filled in. It crosses to the
 * worker process as JSON.
 */
export type SourceSettings =
  | AlsaSettings
  | ExecSettings
  | FileSettings
  | UrlSettings
  | TestSettings
  | PlaylistSettings
  | ClientSettings
  | { readonly type: 'silence' }
  | { readonly type: 'demo' };

export type SourceType = SourceSettings['type'];

/** An ALSA capture device. */
export interface AlsaSettings {
  readonly type: 'alsa';
  /** `hw:CARD=…,DEV=…`, `usb-path:…`, `card-id:…` or `auto`. */
  readonly device: string;
  /** Whether the card's mixer is set when it is first opened; left as it is when undefined. */
  readonly mixer?: 'preset' | 'leave';
}

/** A program that writes sound to its standard output; never settable but from the configuration file. */
export interface ExecSettings {
  readonly type: 'exec';
  /** The program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** `auto` probes (WAV and encoded streams name themselves); raw PCM has no header and must be named. */
  readonly format: 'auto' | 's16le' | 's24le' | 's32le' | 'f32le';
  /** Hz and channel count of raw PCM; ignored for `auto`. */
  readonly sampleRate: number;
  readonly channels: Channels;
}

/** A sound file, looped in real time. */
export interface FileSettings {
  readonly type: 'file';
  readonly path: string;
  readonly loop: boolean;
}

/** A stream on the network: HTTP, HLS, RTSP or SRT. */
export interface UrlSettings {
  readonly type: 'url';
  /** May hold a password: never log it whole. */
  readonly url: string;
}

/** A tone with a short beep at each second. */
export interface TestSettings {
  readonly type: 'test';
  /** Hz */
  readonly frequencyHz: number;
  /** dBFS */
  readonly levelDb: number;
}

/** A directory of music. */
export interface PlaylistSettings {
  readonly type: 'playlist';
  readonly directory: string;
  readonly shuffle: boolean;
  /** With the leading dot, lower case. */
  readonly extensions: readonly string[];
}

/** A source client: its bytes come over the link from the main process. */
export interface ClientSettings {
  readonly type: 'client';
  /** As the client names it; empty when it does not. */
  readonly contentType: string;
}

/** How the rungs of a source are encoded. */
export interface EncoderSettings {
  readonly channels: Channels;
  /** LAME's algorithm quality, 0 (best, slowest) to 9. */
  readonly mp3Quality: number;
  /** libopus complexity, 0 to 10. */
  readonly opusComplexity: number;
  readonly aacCoder: 'fast' | 'twoloop';
  /** FLAC compression level, 0 to 12. */
  readonly flacLevel: number;
  /** Seconds of the past that a rung is encoded from when somebody first wants it. */
  readonly primeSeconds: number;
}

/** How much algorithmic effort the encoders spend: the part of their settings that may change while they run. */
export type EncoderEffort = Pick<EncoderSettings, 'mp3Quality' | 'opusComplexity' | 'aacCoder' | 'flacLevel'>;

/** When the level meter calls sound silence, and when it calls it sound. */
export interface MeterSettings {
  /** RMS dBFS below which it is silent, and for how many seconds before it counts. */
  readonly silenceDb: number;
  readonly silenceSeconds: number;
  /** RMS dBFS above which something is heard, and for how many seconds before it counts. */
  readonly soundDb: number;
  readonly soundSeconds: number;
}
