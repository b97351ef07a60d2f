import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ChangeGate } from '../access/change-gate.ts';
import { type ChangeRequest, changeRequest } from '../access/change-request.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { RecentLog } from '../core/log-line.ts';
import { plainAddress } from '../core/plain-address.ts';
import type { StationStatus } from '../web/answers.ts';
import { LiveSocket } from '../web/live-socket.ts';
import { type LiveTopic, lineTopic, stateTopic } from '../web/live-topic.ts';
import { type SessionsDeps, sessionAnswer } from '../web/session-routes.ts';
import type { HouseDeps } from './house.ts';

export interface StationLiveDeps extends Pick<HouseDeps, 'clock' | 'events' | 'sight' | 'wallTime'> {
  readonly gate: Pick<ChangeGate, 'addressOf' | 'refuse'>;
  readonly recentLog: RecentLog;
  readonly status: () => StationStatus;
  /** The last reading of each source's meter; undefined while there is no sound. */
  readonly levels: () => Iterable<readonly [name: string, level: LevelReading | undefined]>;
  readonly sessions: Pick<SessionsDeps, 'live' | 'liveCount'>;
}

const LEVELS_MS = 100;
const FIGURES_MS = 2_000;
const STATUS_MS = 500;
const SESSIONS_MS = 2_000;
const EVENTS_MS = 100;
const LOG_MS = 250;
/** Events of the past that a page shows. */
const PAST_EVENTS = 50;
/** Lines of the log in one message; what comes faster is in `/api/log`. */
const MAX_LINES = 200;
/** Sessions in one message, the newest; the rest is in `/api/sessions`. */
const MAX_SESSIONS = 50;

/** What changes at the station, live for its pages. */
export function stationLive(deps: StationLiveDeps): LiveSocket {
  const { clock, gate } = deps;
  return new LiveSocket({
    clock,
    topics: topicsOf(deps),
    may(request, scope) {
      const refusal = gate.refuse(requestOf(request), scope);
      return refusal instanceof Promise ? refusal.then((found) => found === undefined) : refusal === undefined;
    },
    addressOf: (request) => gate.addressOf(requestOf(request)),
  });
}

function topicsOf(deps: StationLiveDeps): Readonly<Record<string, LiveTopic>> {
  const { clock, events, levels, recentLog, sessions, sight, status, wallTime } = deps;
  return {
    levels: stateTopic({ clock, scope: 'read', intervalMs: LEVELS_MS, read: () => levelsOf(levels()) }),
    figures: stateTopic({ clock, scope: 'read', intervalMs: FIGURES_MS, read: () => figuresOf(sight().figures) }),
    status: stateTopic({ clock, scope: 'read', intervalMs: STATUS_MS, read: status }, essenceOf),
    events: lineTopic({
      clock,
      scope: 'read',
      intervalMs: EVENTS_MS,
      past: PAST_EVENTS,
      after: (id) => events.recent.filter((event) => event.id > id),
      lastId: () => events.recent.at(-1)?.id ?? 0,
    }),
    log: lineTopic({
      clock,
      scope: 'admin',
      intervalMs: LOG_MS,
      past: 0,
      after: (id) => recentLog.after(id, 'debug', MAX_LINES),
      lastId: () => recentLog.lastId,
    }),
    sessions: stateTopic({
      clock,
      scope: 'read',
      intervalMs: SESSIONS_MS,
      read: () => sessionsOf(sessions, wallTime().getTime()),
    }),
  };
}

/** Tenths of a decibel: a meter shows no more. */
function levelsOf(levels: ReturnType<StationLiveDeps['levels']>) {
  const told: Record<string, { rms: number[]; peak: number[] }> = {};
  for (const [name, level] of levels) {
    if (level !== undefined) told[name] = { rms: level.rmsDb.map(tenths), peak: level.peakDb.map(tenths) };
  }
  return told;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function figuresOf(samples: ReturnType<HouseDeps['sight']>['figures']) {
  const told: Record<string, Record<string, number>> = {};
  for (const { name, subject, value } of samples) {
    told[name] ??= {};
    told[name][subject] = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  }
  return told;
}

function sessionsOf({ live, liveCount }: StationLiveDeps['sessions'], nowMs: number) {
  return { live_count: liveCount(), live: live(MAX_SESSIONS).map((session) => sessionAnswer(session, nowMs)) };
}

/** What in the status is a change: everything but what time alone changes, and levels. */
function essenceOf({ uptime_seconds: _, uptime_formatted: __, ...status }: StationStatus) {
  return {
    ...status,
    sources: status.sources.map(({ since_seconds: _seconds, level: _level, ...source }) => source),
    cameras: status.cameras.map(({ since_seconds: _seconds, ...camera }) => camera),
  };
}

function requestOf(request: IncomingMessage): ChangeRequest {
  const socket = request.socket as Socket & Partial<TLSSocket>;
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
  return changeRequest((name) => request.headers[name]?.toString(), {
    method: 'GET',
    address: plainAddress(socket.remoteAddress),
    isEncrypted: socket.encrypted === true,
    token: query.get('token') ?? undefined,
  });
}
