import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import type { Scope } from '../core/station-control.ts';
import { updateRoutes } from './update-routes.ts';
import type { UpdateAnswer } from './update-schemas.ts';

const test = suite('routes of updates');

const ANSWER: UpdateAnswer = {
  available: true,
  installed: '1.2.0',
  state: 'idle',
  percent: null,
  version: null,
  problem: null,
  latest: null,
};

type Send = (method: string, path: string, init?: RequestInit) => Promise<[number, Record<string, unknown>]>;

async function asking(
  ask: (send: Send) => Promise<void>,
  { done = [] as string[], answer = ANSWER, allowed = ['read', 'control', 'admin'] as Scope[] } = {},
): Promise<void> {
  const refusal = { status: 401 as const, reason: 'A password is needed.', delayMs: 0, asksForPassword: true };
  const app = new Hono();
  app.route(
    '/update',
    updateRoutes({
      gate: { refuse: (_request, scope) => (allowed.includes(scope) ? undefined : refusal) },
      pause: async () => {},
      answer: () => answer,
      update: {
        fetch: (url, { allowOlder }) => void done.push(`fetch ${url} ${allowOlder}`),
        receive: async (bytes, { offset, totalBytes }, { allowOlder }) => {
          const body = await text(bytes as AsyncIterable<Buffer>);
          if (body === 'full') throw new DeviceError('update.no-space', 'It is full', { remedy: 'Make room.' });
          done.push(`receive ${body} at ${offset} of ${totalBytes} ${allowOlder}`);
          return offset + body.length;
        },
      },
    }),
  );
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await ask(async (method, path, init) => {
      const response = await fetch(base + path, { method, ...init });
      return [response.status, (await response.json()) as Record<string, unknown>];
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const range = (bytes: string) => ({ 'Content-Range': `bytes ${bytes}` });

test('a file comes whole, or in parts that say where they belong', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      assert.equal(await send('PUT', '/update/file', { body: 'whole' }), [200, { received: 5 }]);
      const part = { body: 'part', headers: range('4-7/8') };
      assert.equal(await send('PUT', '/update/file?allow_older=1', part), [200, { received: 8 }]);
    },
    { done },
  );
  assert.equal(done, ['receive whole at 0 of 5 false', 'receive part at 4 of 8 true']);
});

test('parts that do not fit are refused before anything is read, and refusals have their status', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      for (const wrong of ['0-3/3', '5-4/8', '0-1/8', '0-3/*', 'x']) {
        assert.is((await send('PUT', '/update/file', { body: 'part', headers: range(wrong) }))[0], 422, wrong);
      }
      const [status, { code }] = await send('PUT', '/update/file', { body: 'full' });
      assert.equal([status, code], [507, 'update.no-space']);
    },
    { done },
  );
  assert.equal(done, []);
});

test('an address is downloaded from; none stands for the newest version, where somebody says where it is', async () => {
  const done: string[] = [];
  const post = (body: object) => ({ body: JSON.stringify(body) });
  const latest = { version: '1.3.0', url: 'https://example.org/1.3.0.raucb' };
  await asking(
    async (send) => {
      assert.is((await send('POST', '/update', post({ url: 'https://example.org/x' })))[0], 200);
      assert.is((await send('POST', '/update', post({})))[0], 200);
    },
    { done, answer: { ...ANSWER, latest } },
  );
  await asking(async (send) => assert.is((await send('POST', '/update', post({})))[0], 422), { done });
  assert.equal(done, ['fetch https://example.org/x false', `fetch ${latest.url} false`]);
});

test('who may read sees how it goes, and installs nothing', async () => {
  const done: string[] = [];
  await asking(
    async (send) => {
      assert.equal(await send('GET', '/update'), [200, ANSWER]);
      assert.is((await send('POST', '/update', { body: '{}' }))[0], 401);
      assert.is((await send('PUT', '/update/file', { body: 'whole' }))[0], 401);
    },
    { done, allowed: ['read', 'control'] },
  );
  assert.equal(done, []);
});

test.run();
