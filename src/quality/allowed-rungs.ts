import { type Codec, type Rung, rungsOf } from '../core/rung.ts';
import type { AudioStep } from './audio-governor-ladder.ts';

/** The codecs whose rungs can be exchanged in mid-stream. */
export const MOVABLE_CODECS: readonly Codec[] = ['mp3', 'aac'];

/** Those who listen to one rung. */
export interface RungAudience {
  /** … and can be moved to another one. */
  readonly movable: number;
  /** … and stay. */
  readonly fixed: number;
}
export type SoundAudience = ReadonlyMap<Rung, RungAudience>;

/** Of rungs that nobody listens to, the one nearest to this is kept first, kbit/s. */
const USUAL_KBPS = 128;

/**
 * The rungs of a codec that movable listeners may be on, lowest bitrate first. Always among them: the lowest, for whom a
 * link carries no more, and the default rung, which is encoded anyway; then those that most of them listen to.
 */
export function allowedRungs(
  codec: Codec,
  { maxRungs, maxKbps }: Pick<AudioStep, 'maxRungs' | 'maxKbps'>,
  audience: SoundAudience,
  defaultRung: Rung | null,
): readonly Rung[] {
  const rungs = rungsOf(codec);
  const candidates = rungs.filter(({ bitrateKbps }, index) => index === 0 || bitrateKbps <= maxKbps);
  const highest = candidates.at(-1);
  const votes = new Map<Rung, number>();
  for (const rung of rungs) {
    // Who is above the highest will come down to it.
    const vote = candidates.includes(rung) ? rung : (highest as Rung);
    votes.set(vote, (votes.get(vote) ?? 0) + (audience.get(rung)?.movable ?? 0));
  }
  const kept = new Set(candidates.slice(0, 1));
  if (defaultRung?.codec === codec) kept.add(defaultRung);
  const wish = (rung: Rung): number => votes.get(rung) ?? 0;
  const byWish = candidates.toSorted((a, b) => wish(b) - wish(a) || remoteness(a) - remoteness(b));
  for (const rung of byWish) if (kept.size < maxRungs) kept.add(rung);
  return rungs.filter((rung) => kept.has(rung));
}

/** The rungs that are encoded of the movable codecs when movable listeners come down to what is allowed. */
export function encodedWith(
  allowed: (codec: Codec) => readonly Rung[],
  audience: SoundAudience,
  defaultRung: Rung | null,
): ReadonlySet<Rung> {
  const encoded = new Set<Rung>(defaultRung === null ? [] : [defaultRung]);
  for (const [rung, { movable, fixed }] of audience) {
    if (fixed > 0) encoded.add(rung);
    if (movable > 0) encoded.add(highestWithin(rung, allowed(rung.codec)));
  }
  return encoded;
}

/** The highest of those allowed (lowest bitrate first) that is not above `wanted`, or the lowest of them. */
export function highestWithin(wanted: Rung, allowed: readonly Rung[]): Rung {
  return allowed.findLast(({ bitrateKbps }) => bitrateKbps <= wanted.bitrateKbps) ?? allowed[0] ?? wanted;
}

function remoteness({ bitrateKbps }: Rung): number {
  return Math.abs(bitrateKbps - USUAL_KBPS);
}
