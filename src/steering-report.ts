import type { SteeringReport } from './quality/steered-listener.ts';
import type { SteeringStats } from './web/answers.ts';

/** What is known of why a listener hears what it hears, as the API tells it. */
export function steeringStats(report: SteeringReport): SteeringStats {
  const { quality, reason, hold, linkKbps, shownKbps, bufferS, stalls, stalledS, isBelowLowest } = report;
  return {
    quality,
    reason,
    hold: hold ?? null,
    link_kbps: rounded(linkKbps, 1),
    shown_kbps: rounded(shownKbps, 1),
    buffer_seconds: rounded(bufferS, 10) ?? 0,
    stalls,
    stalled_seconds: rounded(stalledS, 10) ?? 0,
    below_lowest: isBelowLowest,
    rtt_ms: rounded(report.rttMs, 10),
    loss_percent: report.lossShare === undefined ? null : rounded(report.lossShare * 100, 100),
    switches: report.switches.map(({ atS, from, to, reason: why }) => ({ at: atS, from, to, reason: why })),
  };
}

/** To so many parts of one; null for what is not known. */
function rounded(value: number | undefined, parts: number): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(value * parts) / parts;
}
