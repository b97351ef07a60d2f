import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Scope } from '../core/station-control.ts';
import { type MqttDeps, mqttRoutes } from './mqtt-routes.ts';
import type { MqttTest } from './mqtt-schemas.ts';

const test = suite('routes of MQTT');

const STATUS = {
  state: 'connected' as const,
  broker: '127.0.0.1:1883',
  seconds: 12,
  trouble: null,
  unheard: [],
  discovery: true,
  topic: 'pipit/abc',
};

type Send = (method: string, path: string, body?: string) => Promise<[number, Record<string, unknown>]>;

/** Asks over HTTP. */
async function asking(
  deps: Partial<MqttDeps>,
  ask: (send: Send) => Promise<void>,
  allowed: Scope[] = ['read', 'admin'],
) {
  const refusal = { status: 401 as const, reason: 'A password is needed.', delayMs: 0, asksForPassword: true };
  const app = mqttRoutes({
    gate: { refuse: (_request, scope) => (allowed.includes(scope) ? undefined : refusal) },
    pause: async () => {},
    status: () => STATUS,
    test: async () => undefined,
    ...deps,
  } as MqttDeps);
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await ask(async (method, path, body) => {
      const answer = await fetch(base + path, { method, ...(body === undefined ? {} : { body }) });
      return [answer.status, (await answer.json()) as Record<string, unknown>];
    });
  } finally {
    server.close();
  }
}

test('says how it is', async () => {
  await asking({}, async (send) => assert.equal(await send('GET', '/'), [200, STATUS]));
  await asking({}, async (send) => assert.is((await send('GET', '/'))[0], 401), []);
});

test('tries what it is given, and says in a sentence what came of it', async () => {
  const tried: MqttTest[] = [];
  const trouble = {
    code: 'mqtt.credentials',
    message: 'the broker refuses this user or password',
    remedy: 'Check it.',
  };
  const deps = {
    test: async (change: MqttTest) => {
      tried.push(change);
      return change.password === 'right' ? undefined : trouble;
    },
  };
  await asking(deps, async (send) => {
    assert.equal(await send('POST', '/test', '{"url":"mqtt://a","password":"wrong"}'), [
      200,
      { ok: false, message: 'The broker refuses this user or password. Check it.', code: 'mqtt.credentials' },
    ]);
    assert.is((await send('POST', '/test', '{"password":"right"}'))[1]['ok'], true);
    assert.is((await send('POST', '/test'))[1]['ok'], false);
  });
  assert.equal(tried, [{ url: 'mqtt://a', password: 'wrong' }, { password: 'right' }, {}]);
});

test('refuses what is no test, two at once, and who may not', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  await asking({ test: () => promise }, async (send) => {
    assert.is((await send('POST', '/test', '{"urls":1}'))[0], 422);
    assert.match(String((await send('POST', '/test', '{"version":"4"}'))[1]['error']), /^version /);
    assert.is((await send('POST', '/test', 'nonsense'))[0], 422);
    assert.is((await send('POST', '/test', `{"url":"${'x'.repeat(20_000)}"}`))[0], 413);
    const first = send('POST', '/test', '{}');
    await new Promise((done) => setTimeout(done, 50));
    assert.is((await send('POST', '/test', '{}'))[0], 409);
    resolve(undefined);
    assert.is((await first)[0], 200);
    assert.is((await send('POST', '/test', '{}'))[0], 200);
  });
  await asking({}, async (send) => assert.is((await send('POST', '/test', '{}'))[0], 401), ['read']);
});

test.run();
