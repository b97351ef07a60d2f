import { Hono } from 'hono';
import { newDevice } from '../access/device-identity.ts';
import type { PreferencesChangedAnswer, QuickSyncAnswer } from './quick-sync-answers.ts';
import { BodyProblem, limitedBody, readPreferences, refuseBody } from './quick-sync-body.ts';
import type { QuickSyncClient, QuickSyncDeps } from './quick-sync-deps.ts';
import { deviceRoutes } from './quick-sync-device-routes.ts';
import { allowOnly, attempt, type QuickSyncEnv, QuickSyncGuard, slashed } from './quick-sync-guard.ts';
import { QuickSyncHints } from './quick-sync-hints.ts';
import { detailsAnswer, preferencesAnswer, statusAnswer } from './quick-sync-report.ts';
import { testRoute } from './quick-sync-test-route.ts';

const READ_ONLY = 'GET, HEAD';

/** `/api/audio/quick-sync`: what quality a client gets and why, what its device wishes for, and tests of its link. */
export function quickSyncRoutes(deps: QuickSyncDeps): Hono<QuickSyncEnv> {
  const { devices, sight, wallTime } = deps;
  const hints = new QuickSyncHints();
  const guard = new QuickSyncGuard(deps, hints);
  const app = new Hono<QuickSyncEnv>();
  app.use(guard.identify);

  const answerFor = (client: QuickSyncClient): QuickSyncAnswer => ({
    status: statusAnswer(sight(client), wallTime()),
    preferences: preferencesAnswer(devices.of(client.deviceKey)),
  });

  app.on('GET', slashed('/status'), (context) => context.json(answerFor(guard.clientOf(context))));
  allowOnly(app, '/status', READ_ONLY);

  app.on('GET', slashed('/preferences'), (context) => context.json(answerFor(guard.clientOf(context))));
  app.on('POST', slashed('/preferences'), limitedBody, async (context) => {
    const foreign = guard.refuseForeign(context);
    if (foreign !== undefined) return foreign;
    const change = readPreferences(await context.req.text());
    if (change instanceof BodyProblem) return refuseBody(context, change);
    const hasty = guard.refuseHasty(context);
    if (hasty !== undefined) return hasty;

    const device = context.get('device') ?? newDevice();
    const preferences = { ...devices.of(device.key), ...change };
    const error = await attempt(devices.save(device.key, preferences, guard.agentOf(context)));
    guard.renew(context, device);
    const answer: PreferencesChangedAnswer = {
      message: error === undefined ? 'Preferences saved.' : 'Preferences are in effect, but a restart forgets them.',
      ...answerFor({ ...guard.clientOf(context), deviceKey: device.key }),
      ...(error === undefined ? {} : { error }),
    };
    return context.json(answer);
  });
  allowOnly(app, '/preferences', `${READ_ONLY}, POST`);

  app.on('GET', slashed('/presets'), (context) => context.json(deps.presets()));
  allowOnly(app, '/presets', READ_ONLY);

  app.on('GET', slashed('/details'), (context) => {
    const client = guard.clientOf(context);
    const more = {
      network: deps.network(),
      hint: client.hint,
      listeners: deps.listeners(client),
      preferredCodec: deps.preferredCodec(),
      uplink: deps.uplink(),
    };
    return context.json(detailsAnswer(sight(client), more, wallTime()));
  });
  allowOnly(app, '/details', READ_ONLY);

  app.route('/', testRoute(deps, guard, hints));
  app.route('/', deviceRoutes(deps, guard));
  return app;
}
