import type { Channels } from '../core/pcm.ts';
import type { CaptureMode } from './capture-modes.ts';

/** One way to open a card for 16-bit samples. */
export interface CaptureAttempt {
  /** Hz */
  readonly rate: number;
  readonly channels: number;
}

/** Best first; rates that are not named come after these, the higher ones before the lower. Hz. */
const RATES = [48_000, 44_100, 96_000, 32_000];
/** What cards have that do not tell. */
const USUAL: readonly CaptureAttempt[] = [
  { rate: 48_000, channels: 2 },
  { rate: 48_000, channels: 1 },
  { rate: 44_100, channels: 2 },
  { rate: 44_100, channels: 1 },
  { rate: 16_000, channels: 1 },
];
const MAX_ATTEMPTS = 5;

/**
 * How to try to open a card, best first: at the ladder's rate where it can, with the wanted channels where it can.
 * Empty for a card that is known to have no 16-bit samples, which must be converted elsewhere.
 *
 * @param modes what the kernel tells of the card; empty when it tells nothing
 */
export function captureAttempts(modes: readonly CaptureMode[], wanted: Channels): CaptureAttempt[] {
  if (modes.length === 0) return [...USUAL];
  const attempts = new Map<string, CaptureAttempt>();
  for (const { format, channels, rates } of modes) {
    if (format !== 'S16_LE') continue;
    for (const rate of rates) attempts.set(`${rate}/${channels}`, { rate, channels });
  }
  const byPreference = (a: CaptureAttempt, b: CaptureAttempt): number =>
    rankOf(a.rate) - rankOf(b.rate) || b.rate - a.rate || distance(a.channels, wanted) - distance(b.channels, wanted);
  return [...attempts.values()].sort(byPreference).slice(0, MAX_ATTEMPTS);
}

function rankOf(rate: number): number {
  const rank = RATES.indexOf(rate);
  return rank === -1 ? RATES.length : rank;
}

/** More channels than wanted can be mixed down, and are better than one too few. */
function distance(channels: number, wanted: Channels): number {
  return channels >= wanted ? channels - wanted : 100;
}
