import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import * as v from 'valibot';
import { needs, type WebAccess } from './needs.ts';

/** GET /api/release */
export const ReleaseAnswer = v.object({
  /** What runs. */
  installed: v.string(),
  /** Somebody is asked, once a day: advanced.check_releases. */
  enabled: v.boolean(),
  /** Null while it is not known. */
  latest: v.nullable(v.string()),
  newer: v.boolean(),
  /** Where it is told of; empty where nobody says. */
  url: v.string(),
  /** ISO 8601. */
  checked_at: v.nullable(v.string()),
  /** Why the last question brought nothing. */
  problem: v.nullable(v.string()),
});

export type ReleaseAnswer = v.InferOutput<typeof ReleaseAnswer>;

export interface ReleaseDeps extends WebAccess {
  readonly release: () => ReleaseAnswer;
}

/** `/api/release`: whether there is a newer Pipit. */
export function releaseRoutes({ release, ...access }: ReleaseDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/', needs(access, 'read'), (context) => context.json(release()));
  return app;
}
