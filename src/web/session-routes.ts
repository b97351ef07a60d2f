import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import * as v from 'valibot';
import type { SessionRow } from '../core/session.ts';
import { needs, type WebAccess } from './needs.ts';
import { type SessionAnswer, type SessionReportAnswer, type SessionsAnswer, SessionsQuery } from './session-schemas.ts';

/** One that lasts has neither end nor reason for it. */
export type KnownSession = Omit<SessionRow, 'endedMs' | 'closeReason'> &
  Partial<Pick<SessionRow, 'endedMs' | 'closeReason'>>;

export interface SessionsDeps extends WebAccess {
  readonly wallTime: () => Date;
  readonly liveCount: () => number;
  /** The newest first. */
  readonly live: (limit: number) => readonly KnownSession[];
  /** Those over that began before that moment (wall clock, milliseconds), the newest first. */
  readonly past: (beforeMs: number, limit: number) => Promise<readonly SessionRow[]>;
  readonly session: (id: string) => Promise<KnownSession | undefined>;
  readonly report: (session: KnownSession, nowMs: number) => SessionReportAnswer;
}

type Env = { Bindings: HttpBindings };

const NOBODY = { error: 'There is no such session, or it is too long ago.' };

/** `/api/sessions`: who listens and watches, who did, and how well that went. */
export function sessionRoutes(deps: SessionsDeps): Hono<Env> {
  const { wallTime, liveCount, live, past, session, report } = deps;
  const app = new Hono<Env>();
  const nowMs = (): number => wallTime().getTime();
  app.use(needs(deps, 'read'));

  app.get('/', async (context) => {
    const query = v.safeParse(SessionsQuery, context.req.query());
    if (!query.success) {
      const field = query.issues[0].path?.[0]?.key ?? 'the query';
      return context.json(
        { error: `${field}: state is live, past or all; limit 1 to 200; before milliseconds since 1970.` },
        422,
      );
    }
    const { state, limit, before } = query.output;
    const rows = state === 'live' ? [] : await past(before ?? Number.MAX_SAFE_INTEGER, limit);
    const answer: SessionsAnswer = {
      live_count: liveCount(),
      live: state === 'past' ? [] : live(limit).map((one) => sessionAnswer(one, nowMs())),
      past: rows.map((row) => sessionAnswer(row, nowMs())),
      next_before: rows.length < limit ? null : (rows.at(-1)?.startedMs ?? null),
    };
    return context.json(answer);
  });

  app.get('/:id', async (context) => {
    const found = await session(context.req.param('id'));
    return found === undefined ? context.json(NOBODY, 404) : context.json(sessionAnswer(found, nowMs()));
  });

  app.get('/:id/report', async (context) => {
    const found = await session(context.req.param('id'));
    return found === undefined ? context.json(NOBODY, 404) : context.json(report(found, nowMs()));
  });
  return app;
}

/** @param nowMs wall clock: until then one lasts that has no end */
export function sessionAnswer(session: KnownSession, nowMs: number): SessionAnswer {
  const { kind, place, startedMs, endedMs } = session;
  return {
    id: session.id,
    kind,
    state: endedMs === undefined ? 'live' : 'ended',
    mount: kind === 'listener' ? place : null,
    camera: kind === 'viewer' ? place : null,
    started_at: new Date(startedMs).toISOString(),
    ended_at: endedMs === undefined ? null : new Date(endedMs).toISOString(),
    duration_seconds: Math.max(0, Math.round(((endedMs ?? nowMs) - startedMs) / 100) / 10),
    address: session.address,
    agent: session.agent,
    codec: session.codec,
    rung: session.rungLast,
    bytes_sent: session.bytes,
    adaptations: session.adaptations,
    underruns: session.underruns,
    stalled_seconds: session.stalledSeconds,
    skipped_units: session.skippedUnits,
    average_latency_ms: session.latencyMsMean,
    average_bitrate_kbps: session.bitrateKbpsMean,
    link_kbps: session.linkKbps,
    transport: session.transport,
    close_reason: session.closeReason ?? null,
  };
}
