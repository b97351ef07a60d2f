import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClientOptions, WebSocket } from 'ws';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { FakeCamera, noiseJpeg } from './fake-camera.testing.ts';
import { openPictures } from './picture-station.testing.ts';

const test = suite('camera-socket');
const jpeg = await noiseJpeg();

/** A client that keeps what it is sent. */
async function open(port: number, query = '', options: ClientOptions = {}) {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/camera/ws${query}`, options);
  const client = {
    webSocket,
    texts: [] as Record<string, unknown>[],
    pictures: [] as Buffer[],
    closedWith: undefined as number | undefined,
    say: (message: unknown) => webSocket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    [Symbol.dispose]: () => webSocket.terminate(),
  };
  webSocket.on('error', () => {});
  webSocket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) client.pictures.push(data);
    else client.texts.push(JSON.parse(String(data)));
  });
  webSocket.on('close', (code) => {
    client.closedWith = code;
  });
  await once(webSocket, 'open');
  return client;
}

/** What somebody is told who is not let in. */
async function refusal(port: number, query: string, headers: Record<string, string> = {}): Promise<string> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/camera/ws${query}`, { headers });
  webSocket.on('error', () => {});
  const [, response] = (await once(webSocket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  let text = `${response.statusCode} ${response.headers['retry-after'] ?? ''} `;
  for await (const chunk of response) text += chunk;
  return text;
}

test('each picture comes as a text about it and then the JPEG', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using client = await open(station.port, '?name=garden&level=50&fps=2&width=100', {
    headers: { 'user-agent': 'kitchen' },
  });
  await until('it watches', () => camera.viewers.length === 1);
  const [viewer] = camera.viewers;
  assert.equal(viewer?.wish, { level: 50, fps: 2, width: 160 });
  assert.equal(viewer?.info, { id: 1, address: '127.0.0.1', userAgent: 'kitchen', transport: 'ws' });
  const first = camera.show();
  camera.show();
  await until('both are there', () => client.pictures.length === 2);
  const [about, second] = client.texts;
  assert.ok((about?.['ageMs'] as number) >= 0 && (about?.['ageMs'] as number) < 60_000);
  assert.equal(about, {
    sequence: 1,
    pts: first.ptsUs,
    level: 70,
    width: first.width,
    height: first.height,
    ageMs: about?.['ageMs'],
  });
  assert.is(second?.['sequence'], 2);
  for (const picture of client.pictures) assert.ok(picture.equals(jpeg));
  await until('it is known to have arrived', () => viewer?.sink.unacknowledgedBytes === 0);
  assert.ok((viewer?.sink.bytesSent ?? 0) > 2 * jpeg.length);
});

test('without a name it is the first camera', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera, new FakeCamera('roof', jpeg)]);
  using _client = await open(station.port);
  await until('it watches', () => camera.viewers.length === 1);
  assert.equal(camera.viewers[0]?.wish, { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 });
});

test('who cannot be let in is told why before the connection is a WebSocket', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera], { maxViewers: 1 });
  const { port } = station;
  assert.match(await refusal(port, '?name=cellar'), /^404 .*no camera "cellar". There is: garden/);
  assert.match(await refusal(port, '?fps=0'), /^400 .*fps takes/);
  for (const origin of ['http://evil.example', `https://127.0.0.1:${port + 1}`, 'null', 'file://127.0.0.1']) {
    assert.match(await refusal(port, '', { origin }), /^403 /, origin);
  }
  using first = await open(port, '', { origin: `http://127.0.0.1:${port}` });
  assert.match(await refusal(port, ''), /^503 30 .*max_viewers/);
  first.webSocket.close();
  await until('it has left', () => camera.viewers[0]?.isGone === true);
  using _second = await open(port);
});

test('a proxy may have hidden the usual port of its scheme', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  for (const [origin, host] of [
    ['https://pipit.example', 'pipit.example:443'],
    ['http://PIPIT.example', 'pipit.example'],
  ] as const) {
    using _client = await open(station.port, '', { headers: { origin, host } });
  }
});

test('a handshake that fails takes no place', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)], { maxViewers: 1 });
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const failing = request({ host: '127.0.0.1', port: station.port, path: '/camera/ws', headers }).end();
  const [response] = (await once(failing, 'response')) as [IncomingMessage];
  assert.is(response.statusCode, 400);
  response.resume();
  await once(response, 'close');
  using _client = await open(station.port);
});

test('other upgrades are left to the HTTP server, which ignores them', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  const socket = connect(station.port, '127.0.0.1').setEncoding('latin1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [string];
  assert.match(answer, /^HTTP\/1\.1 200 .*page/s);
  socket.destroy();
});

test('messages change what is wished for, and a ping is answered', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using client = await open(station.port);
  client.say({ type: 'quality', level: 50 });
  client.say({ type: 'fps', value: 2.5 });
  client.say({ type: 'width', value: 321 });
  client.say({ type: 'ping' });
  await until('the ping is answered', () => client.texts.length === 1);
  assert.equal(camera.viewers[0]?.wish, { level: 50, fps: 2.5, width: 400 });
  assert.is(client.texts[0]?.['type'], 'pong');
  assert.ok(Math.abs((client.texts[0]?.['t'] as number) - Date.now()) < 60_000);
  client.say({ type: 'quality', level: 'auto' });
  client.say({ type: 'width', value: 0 });
  client.say({ type: 'ping' });
  await until('the second ping is answered', () => client.texts.length === 2);
  assert.equal(camera.viewers[0]?.wish, { level: 'auto', fps: 2.5, width: 0 });
});

test('who talks nonsense is told so and shown out', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['hello', /JSON object/],
    ['null', /JSON object/],
    ['[]', /type is one of/],
    [{ type: 'toString' }, /type is one of/],
    [{ type: 'quality', level: 0 }, /level of quality: level takes/],
    [{ type: 'quality', level: '70' }, /level takes/],
    [{ type: 'fps' }, /value of fps: fps takes/],
    [{ type: 'width', value: 1e9 }, /width takes/],
  ];
  for (const [message, reason] of cases) {
    using client = await open(station.port);
    client.say(message);
    client.say({ type: 'ping' });
    await until('it is shown out', () => client.closedWith !== undefined);
    assert.is(client.closedWith, 1008);
    assert.is(client.texts.length, 1);
    assert.is(client.texts[0]?.['type'], 'error');
    assert.match(String(client.texts[0]?.['message']), reason);
    const viewer = camera.viewers.at(-1);
    await until('the camera knows', () => viewer?.isGone === true);
    assert.equal(viewer?.wish, { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 });
  }
});

test('bytes and long messages are not listened to', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  using binary = await open(station.port);
  binary.webSocket.send(Buffer.from('{"type":"ping"}'));
  await until('it is shown out', () => binary.closedWith !== undefined);
  assert.is(binary.closedWith, 1008);
  using long = await open(station.port);
  long.say(`{"type":"ping","x":"${'x'.repeat(5000)}"}`);
  await until('it is cut off', () => long.closedWith !== undefined);
  assert.is(long.closedWith, 1009);
});

test('twenty messages in a second are fine, more are not', async () => {
  const clock = new FakeClock();
  await using station = await openPictures([new FakeCamera('garden', jpeg)], { clock });
  using client = await open(station.port);
  for (let second = 1; second <= 2; second += 1) {
    for (let i = 0; i < 20; i += 1) client.say({ type: 'ping' });
    await until('all are answered', () => client.texts.length === 20 * second);
    clock.advance(1_000);
  }
  for (let i = 0; i < 15; i += 1) client.webSocket.ping();
  for (let i = 0; i < 15; i += 1) client.say({ type: 'ping' });
  await until('it is shown out', () => client.closedWith !== undefined);
  assert.is(client.closedWith, 1008);
  assert.is(client.texts.length, 40 + 5 + 1);
  assert.match(String(client.texts.at(-1)?.['message']), /more than 20 messages/);
});

test('who is behind sees the newest picture next, and the others miss none', async () => {
  const camera = new FakeCamera('garden', await noiseJpeg(10));
  await using station = await openPictures([camera]);
  using slow = await open(station.port);
  using fast = await open(station.port);
  const [lazy, keen] = camera.viewers;
  slow.say({ type: 'ping' });
  await until('the first ping is answered', () => slow.texts.length === 1);
  slow.webSocket.pause();
  for (let i = 0; i < 60; i += 1) {
    await until('the fast one is free', () => keen?.isFree === true);
    camera.show();
  }
  await until('the fast one has all', () => fast.pictures.length === 60);
  assert.is(keen?.skipped, 0);
  assert.ok(lazy !== undefined && lazy.skipped > 0 && !lazy.isFree);
  // An answer to somebody who is behind waits, and is not added to.
  for (let i = 0; i < 10; i += 1) slow.say({ type: 'ping' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  slow.webSocket.resume();
  await until('the slow one is free', () => lazy.isFree);
  const missed = lazy.skipped;
  camera.show();
  await until('it has the newest', () => slow.texts.at(-1)?.['sequence'] === 61);
  await until('and its picture', () => slow.pictures.length === 61 - missed);
  assert.is(slow.texts.filter(({ type }) => type === 'pong').length, 2);
});

test('who gives no sign of life twice is taken for dead', async () => {
  const camera = new FakeCamera('garden', jpeg);
  const clock = new FakeClock();
  await using station = await openPictures([camera], { clock });
  using alive = await open(station.port);
  using dead = await open(station.port, '', { autoPong: false });
  let pings = 0;
  alive.webSocket.on('ping', () => {
    pings += 1;
  });
  for (let i = 1; i <= 2; i += 1) {
    clock.advance(20_000);
    await until('it is asked', () => pings === i);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.is(dead.closedWith, undefined);
  clock.advance(20_000);
  await until('it is cut off', () => dead.closedWith !== undefined);
  assert.is(dead.closedWith, 1006);
  assert.is(alive.closedWith, undefined);
  alive.webSocket.close();
  await until('both are gone', () => camera.viewers.every(({ isGone }) => isGone));
  assert.is(clock.pendingTimers, 0);
});

test('a camera that ends takes its leave', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using client = await open(station.port);
  const [viewer] = camera.viewers;
  viewer?.sink.close();
  assert.ok(viewer?.sink.send(camera.show()));
  await until('it is told', () => client.closedWith !== undefined);
  assert.is(client.closedWith, 1001);
  assert.is(client.pictures.length, 0);
  await until('the camera knows', () => viewer?.isGone === true);
});

test('at the end everybody is told goodbye, and who does not answer is cut off', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using polite = await open(station.port);
  using deaf = await open(station.port);
  deaf.webSocket.pause();
  const closing = station.cameraSocket[Symbol.asyncDispose]();
  assert.match(await refusal(station.port, ''), /^503 /);
  await closing;
  await station.cameraSocket[Symbol.asyncDispose]();
  await until('the goodbye is heard', () => polite.closedWith !== undefined);
  assert.is(polite.closedWith, 1001);
  assert.ok(camera.viewers.every(({ isGone }) => isGone));
});

test.run();
