import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClientOptions, WebSocket } from 'ws';
import { systemClock } from '../core/clock.ts';
import type { Scope } from '../core/station-control.ts';
import { until } from '../testkit/until.ts';
import { LiveSocket, type LiveSocketDeps, type LiveSocketOptions } from './live-socket.ts';
import type { LiveTopic } from './live-topic.ts';

const test = suite('live-socket');

/** A topic that the test tells. */
class FakeTopic implements LiveTopic {
  readonly scope: Scope;
  readonly isState = true;
  starts = 0;
  tell: ((json: string) => void) | undefined;

  constructor(scope: Scope = 'read') {
    this.scope = scope;
  }

  first(): string {
    return '"first"';
  }

  start(tell: (json: string) => void): () => void {
    this.starts += 1;
    this.tell = tell;
    return () => {
      this.tell = undefined;
    };
  }
}

async function openDoor(options: Partial<LiveSocketOptions> = {}, addressOf?: (request: IncomingMessage) => string) {
  const topics = { figures: new FakeTopic(), log: new FakeTopic('admin') };
  const allowed = { read: true, admin: false };
  const access: { may: LiveSocketDeps['may'] } = {
    may: (_request, scope) => (scope === 'admin' ? allowed.admin : allowed.read),
  };
  const may: LiveSocketDeps['may'] = (request, scope) => access.may(request, scope);
  const door = new LiveSocket(
    { clock: systemClock, topics, may, ...(addressOf === undefined ? {} : { addressOf }) },
    options,
  );
  const http = createServer((_request, response) => response.writeHead(404).end());
  http.on('upgrade', (request, socket, head) => {
    if (door.serves(request)) door.handleUpgrade(request, socket, head);
    else socket.destroy();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    ...topics,
    allowed,
    access,
    door,
    port: (http.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      http.closeAllConnections();
      http.close();
    },
  };
}

async function open(port: number, options: ClientOptions = {}) {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, options);
  const client = {
    webSocket,
    told: [] as unknown[],
    closedWith: undefined as number | undefined,
    watch: (...watch: string[]) => webSocket.send(JSON.stringify({ watch })),
    [Symbol.dispose]: () => webSocket.terminate(),
  };
  webSocket.on('error', () => {});
  webSocket.on('message', (data) => client.told.push(JSON.parse(String(data))));
  webSocket.on('close', (code) => {
    client.closedWith = code;
  });
  await once(webSocket, 'open');
  return client;
}

async function refusal(port: number, headers: Record<string, string> = {}): Promise<string> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, { headers });
  webSocket.on('error', () => {});
  const [, response] = (await once(webSocket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  let text = `${response.statusCode} `;
  for await (const chunk of response) text += chunk;
  return text;
}

test('a client is told what is, then what changes, of the topics that it watches', async () => {
  await using station = await openDoor();
  using client = await open(station.port);
  using other = await open(station.port);
  client.watch('figures');
  await until('it is told', () => client.told.length === 1);
  assert.equal(client.told[0], { topic: 'figures', data: 'first' });
  station.figures.tell?.('{"listeners":{"":3}}');
  await until('it is told again', () => client.told.length === 2);
  assert.equal(client.told[1], { topic: 'figures', data: { listeners: { '': 3 } } });
  assert.equal(other.told, []);
});

test('a topic runs once for all who watch, and not at all when nobody does', async () => {
  await using station = await openDoor();
  using client = await open(station.port);
  assert.is(station.figures.starts, 0);
  client.watch('figures');
  const second = await open(station.port);
  second.watch('figures');
  await until('both watch', () => client.told.length + second.told.length === 2);
  assert.is(station.figures.starts, 1);
  client.watch();
  await until('one is left', () => second.told.length === 1);
  assert.ok(station.figures.tell);
  second.webSocket.terminate();
  await until('nobody watches', () => station.figures.tell === undefined);
  client.watch('figures');
  await until('somebody watches again', () => station.figures.starts === 2);
});

test('what a client may not watch is refused by name, and the rest goes on', async () => {
  await using station = await openDoor();
  using client = await open(station.port);
  client.watch('log', 'weather', 'figures', '__proto__');
  await until('it is told', () => client.told.length === 4);
  assert.equal(client.told, [
    { error: '"log" takes a password.' },
    { error: 'There is no topic "weather".' },
    { error: 'There is no topic "__proto__".' },
    { topic: 'figures', data: 'first' },
  ]);
  assert.is(station.log.starts, 0);
  station.allowed.admin = true;
  client.watch('log');
  await until('it is told', () => client.told.length === 5);
  assert.equal(client.told[4], { topic: 'log', data: 'first' });
});

test('who may not come in is told why before the connection is a WebSocket', async () => {
  await using station = await openDoor({ maxClients: 1 });
  assert.match(await refusal(station.port, { origin: 'http://evil.example' }), /^403 .*other origins/);
  assert.match(await refusal(station.port, { origin: 'null' }), /^403/);
  station.allowed.read = false;
  assert.match(await refusal(station.port), /^401 .*password/);
  station.allowed.read = true;
  using _own = await open(station.port, { headers: { origin: `http://127.0.0.1:${station.port}` } });
  assert.match(await refusal(station.port), /^503 .*Too many/);
});

test('a decision that takes its time is waited for, and an older wish does not come after a newer one', async () => {
  await using station = await openDoor();
  const decisions: (() => void)[] = [];
  station.allowed.admin = true;
  station.access.may = (_request, scope) =>
    scope === 'read' ? Promise.resolve(true) : new Promise((resolve) => decisions.push(() => resolve(true)));
  using client = await open(station.port);
  client.watch('log');
  await until('it is asked', () => decisions.length === 1);
  client.watch('figures');
  await until('the newer wish is met', () => client.told.length === 1);
  decisions[0]?.();
  client.watch('figures', 'log');
  await until('it is asked again', () => decisions.length === 2);
  decisions[1]?.();
  await until('both are watched', () => client.told.length === 2);
  assert.equal(
    client.told.map((told) => (told as { topic: string }).topic),
    ['figures', 'log'],
  );
});

test('one address has its share, and gets its places back', async () => {
  await using station = await openDoor({ maxClientsPerAddress: 2 }, () => '192.0.2.7');
  const first = await open(station.port);
  using _second = await open(station.port);
  assert.match(await refusal(station.port), /^503/);
  first.webSocket.terminate();
  await until('one is gone', () => station.door.clientCount === 1);
  using third = await open(station.port);
  assert.is(third.closedWith, undefined);
});

test('garbage, floods and long messages show a client out, and nobody else', async () => {
  await using station = await openDoor();
  using calm = await open(station.port);
  for (const [message, code] of [
    ['{', 1008],
    [Buffer.from('{"watch":[]}'), 1008],
    ['x'.repeat(2_000), 1009],
  ] as const) {
    using client = await open(station.port);
    client.webSocket.send(message);
    await until('it is shown out', () => client.closedWith !== undefined);
    assert.is(client.closedWith, code);
  }
  using flood = await open(station.port);
  for (let count = 0; count < 50; count++) flood.watch('figures');
  await until('it is shown out', () => flood.closedWith !== undefined);
  assert.is(flood.closedWith, 1008);
  calm.watch('figures');
  await until('the other is served', () => calm.told.length === 1);
});

test('who reads nothing is left out, and is up to date as soon as it reads again', async () => {
  await using station = await openDoor();
  using slow = await open(station.port);
  using quick = await open(station.port);
  for (const client of [slow, quick]) client.watch('figures');
  await until('both watch', () => slow.told.length + quick.told.length === 2);
  slow.webSocket.pause();
  const text = JSON.stringify('y'.repeat(32_000));
  for (let count = 0; count < 1_000; count++) {
    station.figures.tell?.(text);
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until('the other has heard', () => quick.told.length > 100);
  station.figures.tell?.('"newest"');
  await until('the other is up to date', () => (quick.told.at(-1) as { data: unknown }).data === 'newest');
  slow.webSocket.resume();
  await until('it is up to date', () => (slow.told.at(-1) as { data: unknown }).data === 'newest');
  assert.ok(slow.told.length < 900, `${slow.told.length} of 1000`);
});

test('who gives no sign of life is cut off, and who may not watch any more is shown out', async () => {
  await using station = await openDoor({ keepAliveMs: 50 });
  using alive = await open(station.port);
  using dead = await open(station.port, { autoPong: false });
  await until('it is cut off', () => dead.closedWith !== undefined);
  assert.is(alive.closedWith, undefined);
  station.allowed.read = false;
  await until('it is shown out', () => alive.closedWith !== undefined);
  assert.is(alive.closedWith, 1008);
});

test('at the end everybody is told goodbye', async () => {
  const station = await openDoor();
  using client = await open(station.port);
  client.watch('figures');
  await until('it watches', () => client.told.length === 1);
  await station[Symbol.asyncDispose]();
  await until('it is told', () => client.closedWith !== undefined);
  assert.is(client.closedWith, 1001);
  assert.is(station.figures.tell, undefined);
});

test.run();
