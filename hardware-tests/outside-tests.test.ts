import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bench, NotThere } from './hardware-test.ts';
import { outsideTests } from './outside-tests.ts';

const test = suite('outsideTests');

/** How the tests whose names have this word end at a station that answers so, and what it was asked for. */
async function tried(word: string, answer: (path: string) => readonly [number, unknown]) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const [status, body] = answer(url);
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [one] = outsideTests('127.0.0.1', (server.address() as AddressInfo).port).filter(({ name }) =>
    name.includes(word),
  );
  const error = await one?.run({ note() {} } as unknown as Bench).catch((caught: unknown) => caught);
  server.close();
  return { error, asked };
}

test('a station that is closed to listeners is no failure: it takes a password', async () => {
  for (const word of ['stream', 'camera']) {
    const { error } = await tried(word, () => [401, {}]);
    assert.instance(error, NotThere, word);
    assert.match((error as Error).message, /takes a password/);
  }
});

test('what is listened to is the mount that the station has', async () => {
  const { asked } = await tried('stream', (path) =>
    path === '/api/status' ? [200, { mounts: [{ path: '/kitchen' }] }] : [404, {}],
  );
  assert.equal(asked, ['/api/status', '/kitchen.mp3']);
});

test.run();
