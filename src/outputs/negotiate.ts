import { QUALITY_MODES, type QualityMode } from '../core/quality-level.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { Codec } from '../core/rung.ts';
import type { Refusal } from './answer.ts';

/** What a listener asks for. */
export interface ListeningWish {
  readonly codec: Codec;
  /** Undefined: it did not say. */
  readonly quality: QualityMode | undefined;
  /** Seconds of the past; undefined: it did not say. */
  readonly burstSeconds: number | undefined;
}

export const MEDIA_TYPES: Readonly<Record<Codec, string>> = {
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  opus: 'audio/ogg',
  flac: 'audio/flac',
};

/** Media types by which clients ask for a codec, in the order of preference among equals. */
const ACCEPTED: readonly (readonly [Codec, readonly string[]])[] = [
  ['mp3', ['audio/mpeg', 'audio/mp3', 'audio/*', '*/*']],
  ['aac', ['audio/aac', 'audio/aacp', 'audio/x-aac']],
  ['opus', ['audio/ogg', 'audio/opus', 'application/ogg']],
  ['flac', ['audio/flac', 'audio/x-flac']],
];

/**
 * What a listener asks for: its codec by the path's extension, else MP3 unless `Accept` rules that out; its quality by
 * `?quality=`; its burst by `?burst=` (seconds).
 */
export function negotiate(
  head: RequestHead,
  codecOfPath: Codec | undefined,
  maxBurstSeconds: number,
): ListeningWish | Refusal {
  const quality = head.query.get('quality') ?? undefined;
  if (quality !== undefined && !isQuality(quality)) {
    return {
      status: 400,
      reason: `There is no quality "${quality.slice(0, 40)}". Use one of: ${QUALITY_MODES.join(', ')}.`,
    };
  }
  const burst = head.query.get('burst') ?? '';
  const burstSeconds = burst === '' ? undefined : Number(burst);
  if (burstSeconds !== undefined && !(burstSeconds >= 0 && burstSeconds <= maxBurstSeconds)) {
    return { status: 400, reason: `burst is a number of seconds from 0 to ${maxBurstSeconds}.` };
  }
  const codec = codecOfPath ?? (quality === 'lossless' ? 'flac' : codecAccepted(head.headers.get('accept')));
  if (quality === 'lossless' && codec !== 'flac') {
    return { status: 400, reason: `${codec} has no lossless quality. Ask for the mount with the extension .flac.` };
  }
  return { codec, quality, burstSeconds };
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
