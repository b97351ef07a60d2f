import { REBUFFER_KBPS } from './live.ts';
import type { Heard } from './player.ts';

/** What several sessions come to together; each counts by its time. */
export interface Figures {
  /** Of what was played. */
  readonly bitrateKbps: number;
  /** Silence after the start, and sound skipped, per time after the start. */
  readonly rebufferShare: number;
  /** The part of it that was skipped. */
  readonly skippedShare: number;
  /** Stalls and skips per ten minutes. */
  readonly rebuffersPer10Min: number;
  readonly switchesPerMin: number;
  readonly switchedKbpsPerS: number;
  readonly qoe: number;
  /** Mean wait before the first sound. */
  readonly startUpS: number;
}

export function figuresOf(sessions: readonly Heard[]): Figures {
  const sum = (of: (heard: Heard) => number): number => sessions.reduce((total, each) => total + of(each), 0);
  const seconds = Math.max(
    1e-9,
    sum(({ lengthS, startUpS }) => lengthS - startUpS),
  );
  const bitrateKbps =
    sum(({ playedKbit }) => playedKbit) /
    Math.max(
      1e-9,
      sum(({ playedS }) => playedS),
    );
  const rebufferShare = sum(({ stalledS, skippedS }) => stalledS + skippedS) / seconds;
  const switchedKbpsPerS = sum(({ switchedKbps }) => switchedKbps) / seconds;
  return {
    bitrateKbps,
    rebufferShare,
    skippedShare: sum(({ skippedS }) => skippedS) / seconds,
    rebuffersPer10Min: (600 * sum(({ stalls, skips }) => stalls + skips)) / seconds,
    switchesPerMin: (60 * sum(({ switches }) => switches)) / seconds,
    switchedKbpsPerS,
    qoe: bitrateKbps - REBUFFER_KBPS * rebufferShare - switchedKbpsPerS,
    startUpS: sum(({ startUpS }) => startUpS) / sessions.length,
  };
}
