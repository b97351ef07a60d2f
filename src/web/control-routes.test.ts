import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Identity } from '../access/identity.ts';
import { ConfigError, DeviceError } from '../core/errors.ts';
import type { Scope } from '../core/station-control.ts';
import { type ControlDeps, controlRoutes } from './control-routes.ts';
import { type WebWifi, wifiRoutes } from './wifi-routes.ts';

const test = suite('routes of control and Wi-Fi');

const WIFI: WebWifi = {
  status: async () => ({ backend: 'iwd', device: 'wlan0', ssid: 'Home', hasEthernet: false }),
  scan: async () => [{ ssid: 'Home', signalPercent: 70, isSecured: true, isCurrent: true, isKnown: true }],
  join: async () => {},
};

/** Asks routes that somebody with `has` may use, over HTTP. */
async function asking(
  ask: (
    send: (method: string, path: string, body?: unknown) => Promise<[number, Record<string, unknown>]>,
  ) => Promise<void>,
  {
    done = [] as string[],
    via = 'session' as Identity['via'],
    wifi = WIFI as WebWifi | 'none',
    allowed = ['read', 'control', 'admin'] as Scope[],
  } = {},
): Promise<void> {
  const note = (name: string) => async (argument?: unknown, more?: unknown) =>
    void done.push([name, argument, more].filter((part) => part !== undefined).join(' '));
  const refusal = { status: 401 as const, reason: 'A password is needed.', delayMs: 0, asksForPassword: true };
  const access = {
    gate: { refuse: (_request: unknown, scope: Scope) => (allowed.includes(scope) ? undefined : refusal) },
    pause: async () => {},
  };
  const control = {
    identify: note('identify'),
    reboot: note('reboot'),
    shutDown: async () => {
      throw new DeviceError('hardware.not-allowed', 'It is not allowed', { remedy: 'Do it by hand.' });
    },
    resetToFactory: note('reset'),
    restartProgram: note('restart program'),
    restartCamera: note('restart camera'),
    restartSource: async (name: string) => {
      if (name !== 'mic') throw new ConfigError('station.unknown-source', 'There is no such source', { remedy: 'x' });
      done.push('restart mic');
    },
    setNowPlaying: note('now playing'),
  } as unknown as ControlDeps['control'];
  const app = new Hono();
  app.route('/control', controlRoutes({ control, ...access, identify: async () => ({ via }) }));
  app.route('/wifi', wifiRoutes({ wifi: async () => (wifi === 'none' ? undefined : wifi), ...access }));
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await ask(async (method, path, body) => {
      const response = await fetch(base + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return [response.status, (await response.json()) as Record<string, unknown>];
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('each command is done once, for who may', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      for (const [path, body] of [
        ['identify'],
        ['restart', { source: 'mic' }],
        ['restart', { camera: 'nest' }],
        ['now-playing', { mount: '/stream', title: 'Evening song' }],
        ['restart-program'],
        ['reboot'],
        ['factory-reset', { confirm: 'reset' }],
      ] as const) {
        assert.equal(await send('POST', `/control/${path}`, body), [200, { ok: true }], path);
      }
    },
    { done },
  );
  const expected = ['identify', 'restart mic', 'restart camera nest', 'now playing /stream Evening song'];
  assert.equal(done, [...expected, 'restart program', 'reboot', 'reset']);
});

test('who may control may not reboot, and who may only read may do nothing', async () => {
  await asking(
    async (send) => {
      assert.is((await send('POST', '/control/identify'))[0], 200);
      for (const path of ['reboot', 'shut-down', 'restart-program', 'factory-reset']) {
        assert.is((await send('POST', `/control/${path}`, { confirm: 'reset' }))[0], 401, path);
      }
      assert.is((await send('GET', '/wifi'))[0], 401);
    },
    { allowed: ['read', 'control'] },
  );
  await asking(async (send) => assert.is((await send('POST', '/control/identify'))[0], 401), { allowed: ['read'] });
});

test('a token resets nothing: afterwards the station would belong to whoever comes first', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      assert.is((await send('POST', '/control/factory-reset', { confirm: 'reset' }))[0], 403);
      assert.is((await send('POST', '/control/reboot'))[0], 200);
    },
    { done, via: 'token' },
  );
  assert.equal(done, ['reboot']);
});

test('what does not make sense is refused with what would, and nothing is done', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      for (const [method, path, body] of [
        ['POST', '/control/restart', { source: 'mic', camera: 'nest' }],
        ['POST', '/control/restart', {}],
        ['POST', '/control/now-playing', { mount: '/stream', title: 'two\nlines' }],
        ['POST', '/control/factory-reset', { confirm: 'yes' }],
        ['PUT', '/wifi', { ssid: '' }],
      ] as const) {
        const [status, { error }] = await send(method, path, body);
        assert.is(status, 422, path);
        assert.match(String(error), /^Send /);
      }
      assert.is((await send('PUT', '/wifi', { ssid: 'x', password: 'y'.repeat(5_000) }))[0], 413);
    },
    { done },
  );
  assert.equal(done, []);
});

test('what is not there is 404, what the machine does not do 409, with what to do', () =>
  asking(async (send) => {
    assert.is((await send('POST', '/control/restart', { source: 'x' }))[0], 404);
    const [status, answer] = await send('POST', '/control/shut-down');
    assert.equal([status, answer], [409, { error: 'It is not allowed. Do it by hand.', code: 'hardware.not-allowed' }]);
  }));

test('Wi-Fi is told where the system offers it', async () => {
  await asking(async (send) => {
    const [, status] = await send('GET', '/wifi');
    assert.equal(status, { available: true, backend: 'iwd', device: 'wlan0', ssid: 'Home', ethernet: false });
    const [, { networks }] = await send('GET', '/wifi/networks');
    assert.equal(networks, [{ ssid: 'Home', signal_percent: 70, secured: true, current: true, known: true }]);
    assert.equal(await send('PUT', '/wifi', { ssid: 'Garden', password: 'nightingale' }), [200, { ok: true }]);
  });
  await asking(
    async (send) => {
      assert.is((await send('GET', '/wifi'))[1]['available'], false);
      assert.is((await send('GET', '/wifi/networks'))[0], 404);
    },
    { wifi: 'none' },
  );
});

test.run();
