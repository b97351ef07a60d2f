import type { CloseReason, SessionRow } from '../../core/session.ts';
import type { SessionSubject } from './session-subject.ts';

/** A session of now, as it would be kept if it ended at this moment. */
export type SessionFacts = Omit<SessionRow, 'endedMs' | 'closeReason' | 'address' | 'agent'>;

/** One connection while it listens or watches. Times in microseconds of a monotonic clock. */
export class Session {
  readonly id: string;
  readonly subject: SessionSubject;
  readonly startedUs: number;
  #latencySumUs = 0;
  #latencies = 0;

  constructor(id: string, subject: SessionSubject, startedUs: number) {
    this.id = id;
    this.subject = subject;
    this.startedUs = startedUs;
  }

  /** Looks at its latency, which is told; undefined while nothing flows. */
  sample(nowUs: number): number | undefined {
    const latencyUs = this.subject.latencyUs(nowUs);
    if (latencyUs === undefined) return undefined;
    this.#latencySumUs += latencyUs;
    this.#latencies += 1;
    return latencyUs;
  }

  /** @param nowMs the wall clock: a box may learn the time of day only after it has begun, the monotonic clock counts */
  facts(nowUs: number, nowMs: number): SessionFacts {
    const { kind, place, codec, rung, bytes, mediaSeconds, adaptations, findings, skippedUnits, transport } =
      this.subject;
    const seconds = (nowUs - this.startedUs) / 1e6;
    const during = mediaSeconds ?? seconds;
    return {
      id: this.id,
      kind,
      place,
      startedMs: Math.round(nowMs - seconds * 1000),
      codec,
      rungLast: rung,
      bytes,
      adaptations,
      underruns: findings?.underruns ?? null,
      stalledSeconds: findings === undefined ? null : rounded(findings.stalledSeconds, 1),
      skippedUnits,
      latencyMsMean: this.#latencies === 0 ? null : rounded(this.#latencySumUs / this.#latencies / 1000, 1),
      bitrateKbpsMean: during > 0 ? rounded((bytes * 8) / 1000 / during, 1) : 0,
      linkKbps: findings?.linkKbps === undefined ? null : Math.round(findings.linkKbps),
      transport,
    };
  }

  row(nowUs: number, nowMs: number, who: Pick<SessionRow, 'address' | 'agent'>, closeReason: CloseReason): SessionRow {
    return { ...this.facts(nowUs, nowMs), ...who, endedMs: nowMs, closeReason };
  }
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
