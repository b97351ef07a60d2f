import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import * as v from 'valibot';
import { LOG_LEVELS, type RecentLog } from '../core/log-line.ts';
import type { LogAnswer } from './log-schemas.ts';
import { LogQuery } from './log-schemas.ts';
import { needs, type WebAccess } from './needs.ts';

export interface LogDeps extends WebAccess {
  readonly log: RecentLog;
}

type Env = { Bindings: HttpBindings };

/** `/api/log`: the last lines of the log, those after a number, those that are as bad as a level. */
export function logRoutes({ gate, log, pause }: LogDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', needs({ gate, pause }, 'admin'), (context) => {
    const query = v.safeParse(LogQuery, context.req.query());
    if (!query.success) {
      const error = `Ask with after: a number of a line, and level: one of ${LOG_LEVELS.join(', ')}.`;
      return context.json({ error }, 422);
    }
    const { after, level } = query.output;
    const answer: v.InferOutput<typeof LogAnswer> = { last_id: log.lastId, lines: [...log.after(after, level)] };
    context.header('Cache-Control', 'no-store');
    return context.json(answer);
  });
  return app;
}
