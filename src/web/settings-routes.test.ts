import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Identity } from '../access/identity.ts';
import { ConfigError, DeviceError } from '../core/errors.ts';
import { RefusedSettings } from '../core/refused-settings.ts';
import type { SettingChanges } from '../core/station-control.ts';
import { settingsRoutes, type WebSettings } from './settings-routes.ts';
import type { SettingsAnswer } from './settings-schemas.ts';

const test = suite('routes of settings');

type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; headers: Headers; text: string; json: Record<string, unknown> }>;

/** Asks the routes over HTTP, as somebody who may or may not. */
async function asking(
  settings: Partial<WebSettings>,
  ask: (send: Send, base: string) => Promise<void>,
  { isAdmin = true, via = 'session' as Identity['via'] } = {},
): Promise<void> {
  const refusal = { status: 401 as const, reason: 'A password is needed.', delayMs: 0, asksForPassword: true };
  const routes = settingsRoutes({
    gate: { refuse: () => (isAdmin ? undefined : refusal) },
    pause: async () => {},
    identify: async () => ({ via }),
    settings: settings as WebSettings,
  });
  const server = createServer(getRequestListener(new Hono().route('/settings', routes).fetch));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/settings`;
  try {
    await ask(async (method, path, body, headers = {}) => {
      const sent =
        typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
      const response = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body: sent }) });
      const text = await response.text();
      let json: Record<string, unknown> = {};
      if (text.startsWith('{')) json = JSON.parse(text) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, text, json };
    }, base);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The answer to a body of that length, of which nothing is sent. */
function statusOf(url: string, length: number): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const asked = request(url, { method: 'PUT', headers: { 'content-length': length } }, (response) => {
    response.resume();
    resolve(response.statusCode);
    asked.destroy();
  });
  asked.on('error', reject);
  asked.flushHeaders();
  return promise;
}

const OUTCOME = { live: ['metadata.station_name'], restart: [] };

test('changes are passed on and their outcome is told', async () => {
  const asked: SettingChanges[] = [];
  const change = async (changes: SettingChanges) => {
    asked.push(changes);
    return OUTCOME;
  };
  await asking({ change }, async (send) => {
    const changes = { 'metadata.station_name': 'Nest', 'source.mic.gain_db': -3, 'source.nest': null };
    const { status, json } = await send('PUT', '', { changes });
    assert.is(status, 200);
    assert.equal(json, OUTCOME);
    assert.equal(asked, [changes]);
  });
});

test('what is refused is told by name, line and remedy', async () => {
  const change = () =>
    Promise.reject(RefusedSettings.one('buffer.size_mb', 'buffer.size_mb is 0', 'it must be more', 'set size_mb = 1'));
  await asking({ change }, async (send) => {
    const { status, json } = await send('PUT', '', { changes: { 'buffer.size_mb': 0 } });
    assert.is(status, 422);
    assert.is(json['error'], 'buffer.size_mb is 0: it must be more. Set size_mb = 1.');
    assert.is((json['diagnostics'] as { name: string }[])[0]?.name, 'buffer.size_mb');
  });
});

test('each kind of trouble has its status', async () => {
  const details = { remedy: 'Do something.' };
  for (const [error, status] of [
    [new ConfigError('config.refused', 'x', details), 422],
    [new ConfigError('config.busy', 'x', details), 409],
    [new ConfigError('config.no-previous', 'x', details), 409],
    [new ConfigError('config.changed-meanwhile', 'x', details), 412],
    [new DeviceError('config.not-written', 'x', details), 500],
  ] as const) {
    await asking({ undo: () => Promise.reject(error) }, async (send) => {
      const answer = await send('POST', '/undo');
      assert.equal(
        [answer.status, answer.json['error'], answer.json['code']],
        [status, 'x. Do something.', error.code],
      );
    });
  }
});

test('bodies that are none are refused with a sentence', async () => {
  await asking({}, async (send, base) => {
    for (const body of ['', 'x', '[]', '{}', '{"changes":{"a":{}}}', '{"changes":{"":1}}', '{"changes":{},"more":1}']) {
      const { status, json } = await send('PUT', '', body);
      assert.is(status, 422, body);
      assert.match(json['error'] as string, /Send \{"changes"/);
      assert.is((await send('POST', '/check', body)).status, 422, body);
    }
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a.b${index}`, 1]));
    assert.is((await send('PUT', '', { changes: many })).status, 422);
    assert.is(await statusOf(base, 300_000), 413);
    assert.is(await statusOf(`${base}/file`, 1_100_000), 413);
    assert.is((await send('PUT', '/file', Uint8Array.of(0xff, 0xfe))).status, 422);
  });
});

test('who may not gets nothing and changes nothing', async () => {
  let done = 0;
  const note = async () => {
    done++;
    return OUTCOME;
  };
  const settings = { change: note, checkChange: note, checkText: note, undo: note, checkUndo: note, replace: note };
  const full = { ...settings, describe: async () => ({}) as SettingsAnswer, text: async () => 'secret' };
  await asking(
    full,
    async (send) => {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PUT', '', { changes: { a: 1 } }],
        ['POST', '/check', { text: 'x' }],
        ['POST', '/undo', undefined],
        ['GET', '/file', undefined],
        ['PUT', '/file', 'x'],
      ] as const) {
        const { status, text } = await send(method, path, body);
        assert.equal([status, text.includes('secret')], [401, false], `${method} ${path}`);
      }
    },
    { isAdmin: false },
  );
  assert.is(done, 0);
});

test('the file goes to who has signed in, to no token and into no cache', async () => {
  const text = async () => 'auth { password = "s3cret" }';
  await asking({ text }, async (send) => {
    const { headers, text: body } = await send('GET', '/file');
    assert.is(headers.get('cache-control'), 'no-store');
    assert.match(body, /s3cret/);
  });
  await asking(
    { text },
    async (send) => {
      const { status, text: body } = await send('GET', '/file');
      assert.is(status, 403);
      assert.not.match(body, /s3cret/);
      assert.is((await send('PUT', '/file', 'x')).status, 403);
    },
    { via: 'token' },
  );
});

test('no token makes itself the owner: not by the password, whom to believe, or another place for what is kept', async () => {
  const asked: SettingChanges[] = [];
  const change = async (changes: SettingChanges) => {
    asked.push(changes);
    return OUTCOME;
  };
  const owners = ['auth', 'auth.password', 'auth.trusted_proxies', 'auth.allowed_hosts', 'data_dir'];
  await asking(
    { change },
    async (send) => {
      for (const name of owners) {
        const { status, json } = await send('PUT', '', { changes: { 'metadata.station_name': 'Nest', [name]: null } });
        assert.is(status, 403, name);
        assert.match(String(json['error']), /a token is not enough/);
      }
      assert.equal(asked, []);
      assert.is((await send('PUT', '', { changes: { 'auth.listeners': 'token' } })).status, 200);
    },
    { via: 'token' },
  );
  await asking({ change }, async (send) => {
    for (const name of owners) assert.is((await send('PUT', '', { changes: { [name]: null } })).status, 200, name);
  });
});

test('a file is replaced only if it is the one that was read', async () => {
  let held = 'a = 1\n';
  const replace: WebSettings['replace'] = async (text, isExpected) => {
    if (isExpected?.(held) === false) throw new ConfigError('config.changed-meanwhile', 'changed', { remedy: 'No.' });
    held = text;
    return OUTCOME;
  };
  await asking({ replace, text: async () => held }, async (send) => {
    const tag = (await send('GET', '/file')).headers.get('etag') ?? '';
    held = 'by = "hand"\n';
    assert.is((await send('PUT', '/file', 'b = 2\n', { 'if-match': tag })).status, 412);
    const next = (await send('GET', '/file')).headers.get('etag') ?? '';
    assert.is((await send('PUT', '/file', '\uFEFFb = 2\r\n', { 'if-match': next })).status, 200);
    assert.is(held, '\uFEFFb = 2\r\n');
    assert.is((await send('PUT', '/file', 'c = 3\n')).status, 200);
  });
});

test.run();
