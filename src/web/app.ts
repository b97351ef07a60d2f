import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { reportOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type AccessDeps, accessRoutes } from './access-routes.ts';
import type { StationStats, StationStatus } from './answers.ts';
import { type BackupRoutesDeps, backupRoutes, restoreRoutes } from './backup-routes.ts';
import { type ClipDeps, clipFileRoutes, clipRoutes } from './clip-routes.ts';
import { type ControlDeps, controlRoutes } from './control-routes.ts';
import { type DeviceDeps, deviceRoutes } from './device-routes.ts';
import { type HistoryDeps, historyRoutes } from './history-routes.ts';
import { type LogDeps, logRoutes } from './log-routes.ts';
import { type MetricsDeps, metricsRoutes } from './metrics-routes.ts';
import { type MqttDeps, mqttRoutes } from './mqtt-routes.ts';
import { needs } from './needs.ts';
import { openApiRoutes } from './openapi-routes.ts';
import { type PrivacyDeps, privacyRoutes } from './privacy-routes.ts';
import type { QuickSyncDeps } from './quick-sync-deps.ts';
import { quickSyncRoutes } from './quick-sync-routes.ts';
import { type ReleaseDeps, releaseRoutes } from './release-routes.ts';
import { type SessionsDeps, sessionRoutes } from './session-routes.ts';
import { type SettingsDeps, settingsRoutes } from './settings-routes.ts';
import { type SoundCheckDeps, soundCheckRoutes } from './sound-check-routes.ts';
import { type SupportDeps, supportRoutes } from './support-routes.ts';
import { uiRoutes } from './ui-routes.ts';
import { type UpdateDeps, updateRoutes } from './update-routes.ts';
import { type WifiDeps, wifiRoutes } from './wifi-routes.ts';

export interface WebDeps {
  readonly log: Log;
  readonly status: () => StationStatus;
  /** Undefined when statistics are switched off. */
  readonly stats: () => StationStats | undefined;
  readonly privacy: PrivacyDeps;
  /** Absent: everybody may read. */
  readonly access?: AccessDeps;
  readonly quickSync?: QuickSyncDeps;
  readonly control?: ControlDeps;
  readonly metrics?: MetricsDeps;
  readonly sessions?: SessionsDeps;
  readonly wifi?: WifiDeps;
  readonly mqtt?: MqttDeps;
  readonly recentLog?: LogDeps;
  readonly support?: SupportDeps;
  readonly clips?: ClipDeps;
  readonly history?: HistoryDeps;
  readonly soundCheck?: SoundCheckDeps;
  readonly devices?: DeviceDeps;
  readonly settings?: SettingsDeps;
  readonly backup?: BackupRoutesDeps;
  readonly release?: ReleaseDeps;
  readonly update?: UpdateDeps;
}

/** The control API and the page, as a listener for Node's HTTP server. Media never comes through here. */
export function webListener(deps: WebDeps): RequestListener {
  // Who speaks HTTP/1.0 need not say whom they call.
  return getRequestListener(webApp(deps).fetch, { hostname: 'localhost' });
}

/** All their routes. */
export function webApp(deps: WebDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
  });

  if (deps.access !== undefined) {
    app.route('/api/access', accessRoutes(deps.access));
    // Whatever comes below /api takes at least what listening takes.
    app.use('/api/*', needs(deps.access, 'read'));
  }
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

  if (deps.control !== undefined) app.route('/api/control', controlRoutes(deps.control));
  if (deps.metrics !== undefined) app.route('/metrics', metricsRoutes(deps.metrics));
  if (deps.sessions !== undefined) app.route('/api/sessions', sessionRoutes(deps.sessions));
  if (deps.wifi !== undefined) app.route('/api/wifi', wifiRoutes(deps.wifi));
  if (deps.mqtt !== undefined) app.route('/api/mqtt', mqttRoutes(deps.mqtt));
  if (deps.recentLog !== undefined) app.route('/api/log', logRoutes(deps.recentLog));
  if (deps.support !== undefined) app.route('/api/support', supportRoutes(deps.support));
  if (deps.settings !== undefined) app.route('/api/settings', settingsRoutes(deps.settings));
  if (deps.release !== undefined) app.route('/api/release', releaseRoutes(deps.release));
  if (deps.update !== undefined) app.route('/api/update', updateRoutes(deps.update));
  if (deps.backup !== undefined) {
    app.route('/api/backup', backupRoutes(deps.backup));
    app.route('/api/restore', restoreRoutes(deps.backup));
  }
  if (deps.soundCheck !== undefined) app.route('/api/sound-check', soundCheckRoutes(deps.soundCheck));
  if (deps.history !== undefined) app.route('/api/history', historyRoutes(deps.history));
  if (deps.devices !== undefined) app.route('/api/devices', deviceRoutes(deps.devices));
  if (deps.clips !== undefined) {
    app.route('/api/clips', clipRoutes(deps.clips));
    app.route('/clips', clipFileRoutes(deps.clips));
  }

  app.route('/api/openapi.json', openApiRoutes({ version: () => deps.status().version }));

  app.route('/', uiRoutes());

  app.onError((error, context) => {
    deps.log.error(`${context.req.method} ${context.req.path}: ${error.message}`, { stack: error.stack });
    return context.json({ error: reportOf(error, 'web.failed').message }, 500);
  });
  app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}.` }, 404));
  return app;
}
