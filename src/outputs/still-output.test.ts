import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { FakeCamera, noiseJpeg } from './fake-camera.testing.ts';
import { openPictures } from './picture-station.testing.ts';

const test = suite('still-output');
const jpeg = await noiseJpeg();

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly isReused: boolean;
}

async function fetchStill(port: number, path: string, options: RequestOptions = {}): Promise<Answer> {
  const request = get({ host: '127.0.0.1', port, path, agent: false, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: Buffer.concat(chunks), isReused: request.reusedSocket };
}

/** Sends the text as it is and reads to the end of the connection. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.on('error', () => {});
  let received = '';
  socket.on('data', (data: string) => {
    received += data;
  });
  socket.write(text);
  await once(socket, 'close');
  return received;
}

test('a still is the picture of now, and is asked about each time', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const { status, headers, body } = await fetchStill(station.port, '/camera.jpg?level=60&width=300');
  assert.is(status, 200);
  assert.is(headers['content-type'], 'image/jpeg');
  assert.is(headers['cache-control'], 'no-cache');
  assert.is(headers['access-control-allow-origin'], undefined);
  assert.is(headers['etag'], '"garden-0-60"');
  assert.ok(Math.abs(Date.parse(headers['last-modified'] ?? '') - Date.now()) < 60_000);
  assert.ok(body.equals(jpeg));
  assert.equal(camera.stillWishes, [{ level: 60, width: 320, format: 'jpeg' }]);
});

test('other formats have their own media types', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  const { port } = station;
  assert.is((await fetchStill(port, '/camera/garden.jpg?format=webp')).headers['content-type'], 'image/webp');
  assert.is((await fetchStill(port, '/camera/garden.jpg?format=avif')).headers['content-type'], 'image/avif');
});

test('who has the picture already is told so', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const ask = (tags: string) => fetchStill(station.port, '/camera.jpg', { headers: { 'if-none-match': tags } });
  for (const tags of ['"garden-0-90"', 'W/"garden-0-90"', '"other", "garden-0-90"', '*']) {
    const { status, headers, body } = await ask(tags);
    assert.is(status, 304, tags);
    assert.is(headers['etag'], '"garden-0-90"');
    assert.is(body.length, 0);
  }
  assert.is((await ask('"garden-0-9"')).status, 200);
  camera.show();
  assert.is((await ask('"garden-0-90"')).status, 200);
});

test('HEAD has everything but the picture', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  const answer = await raw(station.port, 'HEAD /camera.jpg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(answer, new RegExp(`^HTTP/1\\.1 200 OK\r\n.*Content-Length: ${jpeg.length}\r\n.*\r\n\r\n$`, 's'));
});

test('no signal is a picture too, but not a success', async () => {
  const camera = new FakeCamera('garden', jpeg);
  camera.isLive = false;
  await using station = await openPictures([camera]);
  const answer = await fetchStill(station.port, '/camera.jpg', { headers: { 'if-none-match': '*' } });
  assert.is(answer.status, 503);
  assert.is(answer.headers['retry-after'], '5');
  assert.is(answer.headers['content-type'], 'image/jpeg');
  assert.ok(answer.body.equals(jpeg));
});

test('who polls keeps its connection, and may ask for the page on it', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const reused: boolean[] = [];
  for (let i = 0; i < 3; i += 1) reused.push((await fetchStill(station.port, '/camera.jpg', { agent })).isReused);
  const page = await fetchStill(station.port, '/', { agent });
  assert.is(page.body.toString(), 'page');
  assert.equal([...reused, page.isReused], [false, true, true, true]);
  // Node's HTTP server has the connection now, and does not give it back.
  const last = await fetchStill(station.port, '/camera.jpg', { agent });
  assert.is(last.status, 200);
  assert.is(last.headers['connection'], 'close');
  agent.destroy();
});

test('a connection that is used often collects nothing', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  for (let i = 0; i < 30; i += 1) await fetchStill(station.port, '/camera.jpg', { agent });
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('warning', onWarning);
  assert.equal(warnings, []);
  agent.destroy();
});

test('who wants the connection closed has it closed', async () => {
  await using station = await openPictures([new FakeCamera('garden', jpeg)]);
  assert.match(
    await raw(station.port, 'GET /camera.jpg HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n'),
    /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n/,
  );
  assert.match(
    await raw(station.port, 'GET /camera.jpg HTTP/1.0\r\n\r\n'),
    /^HTTP\/1\.0 200 OK\r\nConnection: close\r\n/,
  );
});

test('a second request before the answer ends the connection with the first answer', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const socket = connect(station.port, '127.0.0.1').setEncoding('latin1');
  const request = 'GET /camera.jpg HTTP/1.1\r\nHost: x\r\n\r\n';
  const { promise, resolve } = Promise.withResolvers<void>();
  const { still } = camera;
  camera.still = async (wish, signal) => {
    await promise;
    return still.call(camera, wish, signal);
  };
  let received = '';
  socket.on('data', (data: string) => {
    received += data;
  });
  socket.write(request);
  await new Promise((done) => setTimeout(done, 30));
  socket.write(request);
  await new Promise((done) => setTimeout(done, 30));
  resolve();
  await once(socket, 'close');
  assert.is(received.split('HTTP/1.1 200 OK').length, 2);
  assert.match(received, /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n/);
});

test('only so many stills are in the making at once, and who hangs up gives its place back', async () => {
  const camera = new FakeCamera('garden', jpeg);
  camera.isLive = undefined;
  await using station = await openPictures([camera], { maxStills: 2 });
  const waiting = [1, 2].map(() => {
    const socket = connect(station.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /camera.jpg HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  });
  await until('two wait', () => camera.stillWishes.length === 2);
  const full = await fetchStill(station.port, '/camera.jpg');
  assert.is(full.status, 503);
  assert.is(full.headers['retry-after'], '1');
  assert.is(camera.stillWishes.length, 2);
  waiting[0]?.end();
  await once(waiting[0] as NonNullable<(typeof waiting)[0]>, 'close');
  camera.isLive = true;
  assert.is((await fetchStill(station.port, '/camera.jpg')).status, 200);
  waiting[1]?.destroy();
});

test('a camera that never answers is given up', async () => {
  const camera = new FakeCamera('garden', jpeg);
  camera.isLive = undefined;
  const clock = new FakeClock();
  await using station = await openPictures([camera], { clock });
  const answer = fetchStill(station.port, '/camera.jpg');
  await until('it is asked', () => camera.stillWishes.length === 1);
  clock.advance(20_000);
  const { status, headers, body } = await answer;
  assert.is(status, 503);
  assert.is(headers['retry-after'], '5');
  assert.match(body.toString(), /no picture/);
  assert.is(clock.pendingTimers, 0);
});

test.run();
