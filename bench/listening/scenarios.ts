import { type LinkPlan, outage, sawtooth, spikes, steady, steps } from './link-plan.ts';

/** Who listens, and how. */
export interface ListenerKind {
  readonly name: string;
  /**
   * `reader`: reads all that comes at once, as a browser does while its buffer is not full; `tiny`: at the pace of real
   * time, with next to nothing in hand and a tiny receive buffer.
   */
  readonly player: 'reader' | 'tiny' | 'mpv' | 'ffmpeg';
  readonly path: string;
  /** Somebody has listened there before, for so many seconds. */
  readonly afterS?: number;
  readonly pause?: { readonly atS: number; readonly lengthS: number };
}

/** A link, and those who listen behind one each that goes like this. */
export interface Scenario {
  readonly plan: LinkPlan;
  readonly kinds: readonly ListenerKind[];
}

const AUTO: ListenerKind = { name: 'reader', player: 'reader', path: '/stream.mp3' };
const MPV: ListenerKind = { name: 'mpv', player: 'mpv', path: '/stream.mp3' };
const AAC: ListenerKind = { name: 'reader, AAC', player: 'reader', path: '/stream.aac' };
const FFMPEG: ListenerKind = { name: 'ffmpeg, AAC', player: 'ffmpeg', path: '/stream.aac' };
const TINY: ListenerKind = { name: 'tiny', player: 'tiny', path: '/stream.mp3' };
const PAUSES: ListenerKind = { ...AUTO, name: 'reader, pauses 20 s', pause: { atS: 30, lengthS: 20 } };
const OPUS: ListenerKind = { name: 'reader, Opus', player: 'reader', path: '/stream.opus' };
const AGAIN = { afterS: 20 };
const FIXED: readonly ListenerKind[] = ['ultra', 'medium', 'low'].map((quality) => ({
  name: `fixed ${quality}`,
  player: 'reader',
  path: `/stream.mp3?quality=${quality}`,
}));

/** All there are. */
export function scenarios(minutes: number): Scenario[] {
  const long = minutes * 60;
  const short = Math.min(long, 120);
  const everybody = [AUTO, MPV, AAC, FFMPEG, ...FIXED];
  return [
    { plan: steps(5000, 200, 25, 40, 60), kinds: [...everybody, TINY] },
    { plan: steps(5000, 200, 3, 40, 30), kinds: [AUTO, MPV, AAC, ...FIXED] },
    { plan: sawtooth(5000, 100, 40, long > 150 ? 3 : 1), kinds: everybody },
    { plan: outage(5000, 30, 8, 45), kinds: everybody },
    { plan: outage(300, 30, 8, 60), kinds: [AUTO, MPV, ...FIXED] },
    { plan: spikes(1000, 50, 15, short), kinds: [AUTO, MPV, ...FIXED] },
    { plan: spikes(150, 2000, 15, short), kinds: [AUTO, MPV, ...FIXED] },
    { plan: steady(5000, long), kinds: [AUTO, MPV, AAC, FFMPEG, TINY, PAUSES] },
    { plan: steady(1000, long), kinds: [AUTO, MPV, AAC, FFMPEG, TINY] },
    { plan: steady(300, short), kinds: [AUTO, MPV, AAC, TINY, ...FIXED] },
    { plan: steady(200, short), kinds: [AUTO, MPV, ...FIXED] },
    { plan: steady(100, short), kinds: [AUTO, MPV, OPUS, ...FIXED] },
    { plan: steady(50, short), kinds: [AUTO, MPV, OPUS] },
    ...[100, 50].map((kbps) => ({
      plan: steady(kbps, short),
      kinds: [AUTO, OPUS].map((kind) => ({ ...kind, ...AGAIN, name: `${kind.name}, again` })),
    })),
  ];
}

/** A hundred listeners, a fifth of them on links that are too slow for what they begin with. */
export function crowd(): Scenario[] {
  const times = (count: number): ListenerKind[] => Array.from({ length: count }, () => AUTO);
  return [
    { plan: steady(50_000, 90), kinds: times(80) },
    { plan: steady(100, 90), kinds: times(10) },
    { plan: steps(5000, 200, 30, 30, 30), kinds: times(10) },
  ];
}
