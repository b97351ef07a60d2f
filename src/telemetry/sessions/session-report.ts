import { type Codec, rungsOf } from '../../core/rung.ts';
import type { SessionRow } from '../../core/session.ts';

/** What a session came to. What was not measured is null. */
export interface SessionReport {
  readonly session_duration_minutes: number;
  /** Of the media that it was sent. */
  readonly average_bitrate_kbps: number;
  readonly quality_adaptations: number;
  readonly buffer_underruns: number | null;
  readonly stalled_seconds: number | null;
  readonly skipped_units: number;
  readonly average_latency_ms: number | null;
  /** Part of what its link has been seen to carry, up to the highest rung of its codec, that media was sent at; 0 to 1. */
  readonly bandwidth_efficiency: number | null;
  /** Bitrate as part of the highest of its codec, times the part of the time in which sound did not stop; 0 to 1. */
  readonly quality_score: number | null;
  readonly bytes_sent: number;
}

type Facts = Pick<
  SessionRow,
  | 'kind'
  | 'codec'
  | 'startedMs'
  | 'bitrateKbpsMean'
  | 'adaptations'
  | 'underruns'
  | 'stalledSeconds'
  | 'skippedUnits'
  | 'latencyMsMean'
  | 'linkKbps'
  | 'bytes'
>;

/** @param endedMs wall clock; now, while it lasts */
export function sessionReport(facts: Facts, endedMs: number): SessionReport {
  const { startedMs, bitrateKbpsMean, stalledSeconds, linkKbps } = facts;
  const seconds = Math.max(0, endedMs - startedMs) / 1000;
  const bestKbps = facts.kind === 'listener' ? bestKbpsOf(facts.codec as Codec) : undefined;
  return {
    session_duration_minutes: rounded(seconds / 60, 2),
    average_bitrate_kbps: bitrateKbpsMean,
    quality_adaptations: facts.adaptations,
    buffer_underruns: facts.underruns,
    stalled_seconds: stalledSeconds,
    skipped_units: facts.skippedUnits,
    average_latency_ms: facts.latencyMsMean,
    bandwidth_efficiency:
      linkKbps === null || linkKbps === 0
        ? null
        : rounded(Math.min(1, bitrateKbpsMean / Math.min(linkKbps, bestKbps || linkKbps)), 3),
    quality_score: qualityScore({ bitrateKbps: bitrateKbpsMean, bestKbps, stalledSeconds, seconds }),
    bytes_sent: facts.bytes,
  };
}

/**
 * What a listener has of the best there is: the bitrate as part of the highest of its codec, times the part of the time
 * in which sound did not stop. Null where either is not known; of pictures nothing is.
 * @param heard `bestKbps` 0: without loss
 */
export function qualityScore(heard: {
  readonly bitrateKbps: number;
  readonly bestKbps: number | undefined;
  readonly stalledSeconds: number | null;
  readonly seconds: number;
}): number | null {
  const { bitrateKbps, bestKbps, stalledSeconds, seconds } = heard;
  if (bestKbps === undefined || stalledSeconds === null || seconds <= 0) return null;
  const share = bestKbps === 0 ? 1 : Math.min(1, bitrateKbps / bestKbps);
  return rounded(share * (1 - Math.min(1, stalledSeconds / seconds)), 3);
}

/** The highest bitrate of a codec, kbit/s; 0 where it has none, for it loses nothing. */
export function bestKbpsOf(codec: Codec): number {
  return rungsOf(codec).at(-1)?.bitrateKbps ?? 0;
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
