import type { CloseReason, SessionRow } from '../core/session.ts';
import type { JobDeps } from './history-jobs.ts';
import type { TimeStep } from './history-time.ts';
import type { SqlValue, Tables } from './tables.ts';

/** A row of the table `session`. */
interface KeptSession {
  readonly id: string;
  readonly kind: SessionRow['kind'];
  readonly place: string;
  readonly started_ms: number;
  readonly ended_ms: number;
  readonly address: string;
  readonly agent: string;
  readonly codec: string;
  readonly rung_last: string;
  readonly bytes: number;
  readonly adaptations: number;
  readonly underruns: number | null;
  readonly stalled_seconds: number | null;
  readonly skipped_units: number;
  readonly latency_ms_mean: number | null;
  readonly bitrate_kbps_mean: number;
  readonly link_kbps: number | null;
  readonly transport: string;
  readonly close_reason: CloseReason;
}

const INSERT = `INSERT OR REPLACE INTO session
    (id, kind, place, started_ms, ended_ms, address, agent, codec, rung_last, bytes, adaptations, underruns,
     stalled_seconds, skipped_units, latency_ms_mean, bitrate_kbps_mean, link_kbps, transport, close_reason)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SELECT = 'SELECT * FROM session WHERE started_ms < ? ORDER BY started_ms DESC LIMIT ?';
const SELECT_ONE = 'SELECT * FROM session WHERE id = ?';
const MOVE = `UPDATE session SET started_ms = started_ms + ?, ended_ms = ended_ms + ?
  WHERE ended_ms BETWEEN ? AND ?`;

/** Writes sessions; one with the same id takes the place of the other. */
export function putSessions(tables: Tables, rows: readonly SessionRow[]): void {
  for (const row of rows) tables.run(INSERT, ...valuesOf(row));
}

/** Moves sessions that ended in a stretch of time that was somewhere else. */
export function moveSessions(tables: Tables, { fromMs, toMs, byMs }: TimeStep): void {
  const by = Math.round(byMs);
  tables.run(MOVE, by, by, Math.floor(fromMs), Math.ceil(toMs));
}

/** Those that began before that moment, the newest first. */
export function readSessions(
  { database }: JobDeps,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
): SessionRow[] {
  return database.read((tables) => tables.all<KeptSession>(SELECT, beforeMs, limit).map(sessionOf));
}

/** Undefined when there is none. */
export function readSession({ database }: JobDeps, id: string): SessionRow | undefined {
  return database.read((tables) => tables.all<KeptSession>(SELECT_ONE, id).map(sessionOf)[0]);
}

/** In the order of INSERT. */
function valuesOf(row: SessionRow): SqlValue[] {
  return [
    row.id,
    row.kind,
    row.place,
    Math.round(row.startedMs),
    Math.round(row.endedMs),
    row.address,
    row.agent,
    row.codec,
    row.rungLast,
    Math.round(row.bytes),
    Math.round(row.adaptations),
    row.underruns === null ? null : Math.round(row.underruns),
    row.stalledSeconds,
    Math.round(row.skippedUnits),
    row.latencyMsMean,
    row.bitrateKbpsMean,
    row.linkKbps,
    row.transport,
    row.closeReason,
  ];
}

function sessionOf(row: KeptSession): SessionRow {
  return {
    id: row.id,
    kind: row.kind,
    place: row.place,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    address: row.address,
    agent: row.agent,
    codec: row.codec,
    rungLast: row.rung_last,
    bytes: row.bytes,
    adaptations: row.adaptations,
    underruns: row.underruns,
    stalledSeconds: row.stalled_seconds,
    skippedUnits: row.skipped_units,
    latencyMsMean: row.latency_ms_mean,
    bitrateKbpsMean: row.bitrate_kbps_mean,
    linkKbps: row.link_kbps,
    transport: row.transport,
    closeReason: row.close_reason,
  };
}
