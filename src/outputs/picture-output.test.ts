import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testkit/until.ts';
import { FakeCamera, noiseJpeg } from './fake-camera.testing.ts';
import { openPictures } from './picture-station.testing.ts';

const test = suite('picture-output');
const jpeg = await noiseJpeg();

/** A raw connection that has asked for `path`; `text` is what has come back, as Latin-1. */
async function ask(port: number, path: string, method = 'GET', ...headers: string[]) {
  const socket: Socket = connect(port, '127.0.0.1');
  const client = { socket, text: '', isClosed: false, [Symbol.dispose]: () => void socket.destroy() };
  socket.on('error', () => {});
  socket.on('close', () => {
    client.isClosed = true;
  });
  socket.setEncoding('latin1').on('data', (text: string) => {
    client.text += text;
  });
  await once(socket, 'connect');
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: pipit.local\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
  );
  return client;
}

/** What comes back up to the end of the connection. */
async function answerTo(port: number, path: string, method = 'GET', ...headers: string[]): Promise<string> {
  using client = await ask(port, path, method, ...headers);
  await until('the answer is whole', () => client.isClosed);
  return client.text;
}

/** Shows pictures as a camera would, until disposed of. */
function play(camera: FakeCamera, fps: number): Disposable {
  const timer = setInterval(() => camera.show(), 1000 / fps);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

test('a viewer gets a head, then each picture as soon as it is there', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using client = await ask(station.port, '/camera.mjpg?level=70&fps=5&width=640', 'GET', 'User-Agent: kitchen');
  await until('the head is there', () => client.text.endsWith('\r\n\r\n--pipit-picture\r\n'));
  assert.match(
    client.text,
    /^HTTP\/1\.1 200 OK\r\nContent-Type: multipart\/x-mixed-replace; boundary=pipit-picture\r\n/,
  );
  assert.match(client.text, /Cache-Control: no-store\r\nConnection: close\r\n/);
  assert.not.match(client.text, /Access-Control/i);
  assert.equal(camera.viewers[0]?.wish, { level: 70, fps: 5, width: 640 });
  assert.equal(camera.viewers[0]?.info, { id: 1, address: '127.0.0.1', userAgent: 'kitchen', transport: 'mjpeg' });

  for (const sequence of [1, 2]) {
    client.text = '';
    camera.show();
    await until('the part is whole', () => client.text.endsWith('\r\n--pipit-picture\r\n'));
    const [head = ''] = client.text.split('\r\n\r\n');
    const body = client.text.slice(head.length + 4, -'\r\n--pipit-picture\r\n'.length);
    assert.ok(Buffer.from(body, 'latin1').equals(jpeg));
    assert.match(head, new RegExp(`^Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n`));
    assert.match(head, new RegExp(`X-Pipit-Sequence: ${sequence}\r\nX-Pipit-Level: 70$`));
    const seconds = Number(/X-Timestamp: (\d+\.\d{6})\r\n/.exec(head)?.[1]);
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 60, `${seconds} is the time of day`);
  }
});

test('the first camera is the one without a name', async () => {
  const garden = new FakeCamera('garden', jpeg);
  const door = new FakeCamera('front-door', jpeg);
  await using station = await openPictures([garden, door]);
  using first = await ask(station.port, '/camera.mjpg');
  using second = await ask(station.port, '/camera/front-door.mjpg');
  using third = await ask(station.port, '/camera/garden.mjpg');
  await until('all watch', () => garden.viewers.length === 2 && door.viewers.length === 1);
  assert.is(new Set([...garden.viewers, ...door.viewers].map(({ info }) => info.id)).size, 3);
  for (const client of [first, second, third]) assert.not(client.isClosed);
});

test('HEAD tells the same without pictures and without taking a place', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera], { maxViewers: 0 });
  const answer = await answerTo(station.port, '/camera/garden.mjpg', 'HEAD');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\nContent-Type: multipart\/x-mixed-replace/);
  assert.ok(answer.endsWith('\r\n\r\n'));
  assert.is(camera.viewers.length, 0);
});

test('what cannot be had is refused in words that help', async () => {
  const cameras = [new FakeCamera('garden', jpeg), new FakeCamera('roof', jpeg)];
  await using station = await openPictures(cameras);
  const { port } = station;
  assert.match(await answerTo(port, '/camera/cellar.mjpg'), /^HTTP\/1\.1 404 .*no camera "cellar".*garden, roof/s);
  assert.match(await answerTo(port, '/camera/cellar.jpg'), /^HTTP\/1\.1 404 .*garden, roof/s);
  assert.match(await answerTo(port, '/camera.mjpg', 'DELETE'), /^HTTP\/1\.1 405 .*Allow: GET, HEAD\r\n/s);
  assert.match(await answerTo(port, '/camera.mjpg?level=200'), /^HTTP\/1\.1 400 .*level takes .*1 to 100/s);
  assert.match(await answerTo(port, '/camera.jpg?format=gif'), /^HTTP\/1\.1 400 .*format takes .*avif/s);
  const preflight = await answerTo(port, '/camera.jpg', 'OPTIONS', 'Origin: http://other');
  assert.match(preflight, /^HTTP\/1\.1 405 /);
  assert.not.match(preflight, /Access-Control/i);
  assert.is(cameras.flatMap(({ viewers }) => viewers).length, 0);
});

test('a station without a camera says so', async () => {
  await using station = await openPictures([]);
  assert.match(await answerTo(station.port, '/camera.mjpg'), /^HTTP\/1\.1 404 .*There is no camera in the config/s);
});

test('past the limit a viewer is told when to come back; a place that is left is free', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera], { maxViewers: 1 });
  const first = await ask(station.port, '/camera.mjpg');
  await until('one watches', () => camera.viewers.length === 1);
  assert.match(await answerTo(station.port, '/camera.mjpg'), /^HTTP\/1\.1 503 .*Retry-After: 30.*max_viewers/s);
  first.socket.destroy();
  await until('it has left', () => camera.viewers[0]?.isGone === true);
  using second = await ask(station.port, '/camera.mjpg');
  await until('another one watches', () => camera.viewers.length === 2);
  assert.match(second.text, /^HTTP\/1\.1 200 /);
});

test('a request that came through the HTTP server is a viewer all the same', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const socket = connect(station.port, '127.0.0.1').on('error', () => {});
  let text = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    text += data;
  });
  socket.write('GET /camera.mjpg HTTP/1.1\r\n');
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.write('Host: x\r\n\r\n');
  await until('it watches', () => camera.viewers.length === 1);
  camera.show();
  await until('it sees', () => text.endsWith('\r\n--pipit-picture\r\n') && text.length > jpeg.length);
  socket.destroy();
});

test('a viewer that does not read costs the others nothing', async () => {
  const camera = new FakeCamera('garden', await noiseJpeg(10));
  await using station = await openPictures([camera]);
  using slow = await ask(station.port, '/camera.mjpg');
  using fast = await ask(station.port, '/camera.mjpg');
  await until('both watch', () => camera.viewers.length === 2);
  slow.socket.pause();
  const [lazy, keen] = camera.viewers;
  for (let i = 0; i < 60; i += 1) {
    await until('the fast one is free', () => keen?.isFree === true);
    camera.show();
    fast.text = '';
  }
  assert.is(keen?.skipped, 0);
  assert.ok((lazy?.skipped ?? 0) > 0);
  assert.ok((lazy?.sink.unacknowledgedBytes ?? 0) > 100_000);
  slow.socket.resume();
  await until('the slow one is free again', () => lazy?.isFree === true);
});

test('ffmpeg reads the stream without a warning', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  using _playing = play(camera, 50);
  const input = ['-f', 'mpjpeg', '-i', `${station.url}/camera.mjpg`];
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'warning', ...input, '-frames:v', '10', '-f', 'framemd5', '-']);
  let out = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const [code] = await once(child, 'close');
  assert.is(complaints, '');
  assert.is(code, 0);
  const hashes = out.split('\n').filter((line) => /^0,/.test(line));
  assert.is(hashes.length, 10);
  assert.is(new Set(hashes.map((line) => line.split(',').at(-1))).size, 1, 'all show the one picture there is');
});

test('curl reads the stream, and its end is noticed', async () => {
  const camera = new FakeCamera('garden', jpeg);
  await using station = await openPictures([camera]);
  const child = spawn('curl', ['-sSN', `${station.url}/camera.mjpg`]);
  let text = '';
  child.stdout.setEncoding('latin1').on('data', (data: string) => {
    text += data;
  });
  await until('curl watches', () => camera.viewers.length === 1);
  using _playing = play(camera, 50);
  await until('three pictures are there', () => text.split('--pipit-picture\r\nContent-Type: image/jpeg').length > 3);
  assert.ok(text.startsWith('--pipit-picture\r\n'));
  child.kill();
  await until('curl is gone', () => camera.viewers[0]?.isGone === true);
});

test.run();
