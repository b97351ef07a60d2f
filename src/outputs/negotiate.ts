import { QUALITY_MODES, type QualityMode } from '../core/quality-level.ts';
import type { RequestHead } from '../core/request-head.ts';
import { type Codec, nearestRung, type Rung, rungsOf } from '../core/rung.ts';
import type { Refusal } from './answer.ts';

export interface Negotiated {
  readonly rung: Rung;
  readonly quality: QualityMode;
  readonly burstSeconds: number;
}

export interface NegotiateOptions {
  readonly burstSeconds: number;
  readonly maxBurstSeconds: number;
  /** Bitrate that `quality=auto` begins with, kbit/s. */
  readonly autoKbps: number;
}

export const MEDIA_TYPES: Readonly<Record<Codec, string>> = {
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  opus: 'audio/ogg',
  flac: 'audio/flac',
};

const BITRATES: Readonly<Record<Exclude<QualityMode, 'auto' | 'lossless'>, number>> = {
  low: 64,
  medium: 128,
  high: 256,
  ultra: 320,
};

/** Media types by which clients ask for a codec, in the order of preference among equals. */
const ACCEPTED: readonly (readonly [Codec, readonly string[]])[] = [
  ['mp3', ['audio/mpeg', 'audio/mp3', 'audio/*', '*/*']],
  ['aac', ['audio/aac', 'audio/aacp', 'audio/x-aac']],
  ['opus', ['audio/ogg', 'audio/opus', 'application/ogg']],
  ['flac', ['audio/flac', 'audio/x-flac']],
];

/**
 * What a listener gets: its codec from the path's extension, else MP3 unless `Accept` rules that out; its bitrate
 * from `?quality=`; its burst from `?burst=` (seconds).
 */
export function negotiate(
  head: RequestHead,
  codecOfPath: Codec | undefined,
  options: NegotiateOptions,
): Negotiated | Refusal {
  const quality = head.query.get('quality') ?? 'auto';
  if (!isQuality(quality)) {
    return {
      status: 400,
      reason: `There is no quality "${quality.slice(0, 40)}". Use one of: ${QUALITY_MODES.join(', ')}.`,
    };
  }
  const burst = head.query.get('burst');
  const burstSeconds = burst === null || burst === '' ? options.burstSeconds : Number(burst);
  if (!(burstSeconds >= 0 && burstSeconds <= options.maxBurstSeconds)) {
    return { status: 400, reason: `burst is a number of seconds from 0 to ${options.maxBurstSeconds}.` };
  }
  const codec = codecOfPath ?? (quality === 'lossless' ? 'flac' : codecAccepted(head.headers.get('accept')));
  if (quality === 'lossless' && codec !== 'flac') {
    return { status: 400, reason: `${codec} has no lossless quality. Ask for the mount with the extension .flac.` };
  }
  return { rung: rungFor(codec, quality, options.autoKbps), quality, burstSeconds };
}

function rungFor(codec: Codec, quality: QualityMode, autoKbps: number): Rung {
  const [only, ...others] = rungsOf(codec);
  if (only !== undefined && others.length === 0) return only;
  return nearestRung(codec, quality === 'auto' || quality === 'lossless' ? autoKbps : BITRATES[quality]);
}

/** MP3 wherever it is acceptable at all: it plays everywhere and its rungs can change in mid-stream. */
function codecAccepted(accept: string | undefined): Codec {
  if (accept === undefined) return 'mp3';
  const weights = new Map<string, number>();
  for (const range of accept.split(',').slice(0, 40)) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(type, q === undefined ? 1 : Number.parseFloat(q.slice(2)) || 0);
  }
  const weigh = (types: readonly string[]): number => {
    // The most specific range rules: `audio/mpeg;q=0, */*` refuses MP3.
    const named = types.find((type) => weights.has(type));
    return named === undefined ? 0 : (weights.get(named) as number);
  };
  const [[mp3, mp3Types], ...rest] = ACCEPTED as [(typeof ACCEPTED)[number], ...(typeof ACCEPTED)[number][]];
  if (weigh(mp3Types) > 0) return mp3;
  let best: Codec = mp3;
  let most = 0;
  for (const [codec, types] of rest) {
    const weight = weigh(types);
    if (weight > most) [best, most] = [codec, weight];
  }
  return best;
}

function isQuality(text: string): text is QualityMode {
  return (QUALITY_MODES as readonly string[]).includes(text);
}
