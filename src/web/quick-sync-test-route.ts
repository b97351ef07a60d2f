import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { ASSUMED_MBPS } from '../core/link-knowledge.ts';
import type { LinkTestAnswer } from './quick-sync-answers.ts';
import { BodyProblem, limitedBody, readHint, refuseBody } from './quick-sync-body.ts';
import type { LinkTestResult, QuickSyncClient, QuickSyncDeps } from './quick-sync-deps.ts';
import { allowOnly, type QuickSyncEnv, type QuickSyncGuard, slashed } from './quick-sync-guard.ts';
import type { QuickSyncHints } from './quick-sync-hints.ts';
import { hundredths, tenthsOf } from './quick-sync-report.ts';

/** Tests take a few seconds. */
const RETRY_S = 5;
const REFUSALS = {
  client: 'This client is being tested already.',
  busy: 'Others are being tested: more at once would measure each other.',
} as const;
/** Nothing on the way may compress the white space, or wait for the end of the answer. */
const HEAD = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** `POST test/`: what the way between the client and the appliance carries. `?fresh=1` does not take an older answer. */
export function testRoute(deps: QuickSyncDeps, guard: QuickSyncGuard, hints: QuickSyncHints): Hono<QuickSyncEnv> {
  const { tests } = deps;
  const app = new Hono<QuickSyncEnv>();

  app.on('POST', slashed('/test'), limitedBody, async (context) => {
    const foreign = guard.refuseForeign(context);
    if (foreign !== undefined) return foreign;
    const hint = readHint(await context.req.text());
    if (hint instanceof BodyProblem) return refuseBody(context, hint);
    const { address, deviceKey } = guard.clientOf(context);
    if (hint !== undefined) hints.note(deviceKey ?? address, hint);
    const client = guard.clientOf(context);

    const recent = isFresh(context.req.query('fresh')) ? undefined : tests.recent(client);
    if (recent !== undefined) return context.json(answerOf(deps, client, recent));
    const refusal = tests.refusalOf(client);
    if (refusal !== undefined) {
      context.header('Retry-After', `${RETRY_S}`);
      return context.json({ error: `${REFUSALS[refusal]} Try again in ${RETRY_S} s.` }, 429);
    }
    // The answer begins with what it measures by: white space, which Hono has no part in.
    await measureOn(context.env.outgoing as ServerResponse, deps, client);
    return RESPONSE_ALREADY_SENT;
  });
  allowOnly(app, '/test', 'POST');
  return app;
}

async function measureOn(outgoing: ServerResponse, deps: QuickSyncDeps, client: QuickSyncClient): Promise<void> {
  outgoing.writeHead(200, HEAD);
  let result: LinkTestResult;
  try {
    result = await deps.tests.measure(client, outgoing);
  } catch (error) {
    deps.log.error(`a test of the link to ${client.address} has failed: ${(error as Error).message}`);
    result = { mbps: ASSUMED_MBPS, problem: 'The test itself has failed; the log says more.' };
  }
  if (!outgoing.destroyed) outgoing.end(JSON.stringify(answerOf(deps, client, result)));
}

function answerOf(deps: QuickSyncDeps, client: QuickSyncClient, { mbps, problem }: LinkTestResult): LinkTestAnswer {
  const { host } = deps.sight(client);
  return {
    network_speed_mbps: hundredths(problem === undefined ? mbps : ASSUMED_MBPS),
    system_resources: { cpu_percent: tenthsOf(host.cpuPercent), memory_percent: tenthsOf(host.memoryPercent) },
    recommended_quality: deps.recommended(client),
    timestamp: deps.wallTime().toISOString(),
    ...(problem === undefined ? {} : { error: problem }),
  };
}

function isFresh(query: string | undefined): boolean {
  return query === '1' || query === 'true';
}
