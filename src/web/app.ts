import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { reportOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StationStats, StationStatus } from './answers.ts';
import { type PrivacyDeps, privacyRoutes } from './privacy-routes.ts';
import type { QuickSyncDeps } from './quick-sync-deps.ts';
import { quickSyncRoutes } from './quick-sync-routes.ts';

export interface WebDeps {
  readonly log: Log;
  readonly status: () => StationStatus;
  /** Undefined when statistics are switched off. */
  readonly stats: () => StationStats | undefined;
  readonly privacy: PrivacyDeps;
  readonly quickSync?: QuickSyncDeps;
}

/** Served at their names; the page is index.html. */
const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'buffer-hold.js': 'text/javascript; charset=utf-8',
  'camera.js': 'text/javascript; charset=utf-8',
  'connection.js': 'text/javascript; charset=utf-8',
  'devices.js': 'text/javascript; charset=utf-8',
  'link-test.js': 'text/javascript; charset=utf-8',
  'picture-parts.js': 'text/javascript; charset=utf-8',
  'picture-socket.js': 'text/javascript; charset=utf-8',
  'picture-stream.js': 'text/javascript; charset=utf-8',
  'play-plan.js': 'text/javascript; charset=utf-8',
  'player.js': 'text/javascript; charset=utf-8',
  'privacy.js': 'text/javascript; charset=utf-8',
  'quality-figures.js': 'text/javascript; charset=utf-8',
  'quality-words.js': 'text/javascript; charset=utf-8',
  'quality.js': 'text/javascript; charset=utf-8',
  'quick-sync.js': 'text/javascript; charset=utf-8',
  'rescue.js': 'text/javascript; charset=utf-8',
  'show.js': 'text/javascript; charset=utf-8',
  'viewer.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, nobody may frame the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The control API and the page, as a listener for Node's HTTP server. Media never comes through here. */
export function webListener(deps: WebDeps): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
  });

  app.get('/healthz', (context) => context.json({ status: 'ok', source_connected: deps.status().source_connected }));
  app.get('/api/status', (context) => context.json(deps.status()));
  app.get('/api/stats', (context) => {
    const stats = deps.stats();
    if (stats === undefined) {
      return context.json({ error: 'Statistics are switched off: advanced.enable_stats = false.' }, 403);
    }
    return context.json(stats);
  });

  app.route('/api/privacy', privacyRoutes(deps.privacy));
  if (deps.quickSync !== undefined) app.route('/api/audio/quick-sync', quickSyncRoutes(deps.quickSync));

  for (const [name, type] of Object.entries(FILES)) {
    const bytes = readFileSync(new URL(`ui/${name}`, import.meta.url));
    app.get(name === 'index.html' ? '/' : `/ui/${name}`, (context) => {
      context.header('Content-Type', type);
      context.header('Content-Security-Policy', POLICY);
      context.header('Cache-Control', 'no-cache');
      return context.body(bytes);
    });
  }

  app.onError((error, context) => {
    deps.log.error(`${context.req.method} ${context.req.path}: ${error.message}`, { stack: error.stack });
    return context.json({ error: reportOf(error, 'web.failed').message }, 500);
  });
  app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}.` }, 404));
  return getRequestListener(app.fetch);
}
