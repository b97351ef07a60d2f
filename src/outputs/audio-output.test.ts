import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Broadcaster } from '../broadcast/broadcaster.ts';
import { IcyTitle } from '../broadcast/icy-sink.ts';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { silentLog } from '../core/log.ts';
import { nearestRung } from '../core/rung.ts';
import { Ring } from '../ring/ring.ts';
import { Admission } from './admission.ts';
import { AudioOutput, type AudioOutputOptions } from './audio-output.ts';
import { FrontDoor } from './front-door.ts';
import { requestHeadOf } from './request-head-of.ts';

const test = suite('audio-output');
const mp3 = nearestRung('mp3', 128);
const opus = nearestRung('opus', 128);

const OPTIONS: AudioOutputOptions = {
  maxBurstSeconds: 30,
  stationName: 'Nest box',
  stationDescription: 'Great tits\r\nX-Evil: 1',
  stationGenre: '',
  stationUrl: '',
  enableIcy: true,
  icyMetaintBytes: 500,
};

/** A whole output on a free port of loopback. */
async function openStation(limits: { maxListeners?: number; maxListenersPerAddress?: number } = {}) {
  const ring = new Ring({ sizeBytes: 1024 * 1024 });
  const broadcaster = new Broadcaster(
    {
      ring,
      clock: systemClock,
      log: silentLog,
      counters: new CounterSet(),
      headerOf: (rung) => (rung.codec === 'opus' ? Buffer.from('OPUSHEAD') : undefined),
      onDemand: () => {},
    },
    {
      chunkBytes: 1_000,
      maxChunkDelayMs: 20,
      lingerMs: 60_000,
      sleepHighMs: 1,
      sleepMediumMs: 1,
      sleepLowMs: 1,
      maxLagMs: 10_000,
      resumeSeconds: 1,
      stallTimeoutMs: 30_000,
    },
  );
  const joined: string[] = [];
  const icyTitle = new IcyTitle();
  icyTitle.set({ artist: 'Parus major', title: 'Dawn' });
  const output = new AudioOutput({
    log: silentLog,
    admission: new Admission({ maxListeners: 100, maxListenersPerAddress: 0, exemptNetworks: [], ...limits }),
    mounts: new Map([['/stream', { path: '/stream', broadcaster, icyTitle }]]),
    quality: {
      startOf: ({ codec, quality = 'auto', burstSeconds = 2 }) => {
        const kbps = { auto: 128, low: 64, medium: 128, high: 256, ultra: 320, lossless: 0 }[quality];
        return { quality, rung: nearestRung(codec, kbps), burstSeconds, allowanceBytes: undefined };
      },
      follow: () => (listener) => joined.push(listener.info.quality),
    },
    options: () => OPTIONS,
  });
  const http = createServer((request, response) => {
    const head = requestHeadOf(request);
    if (head !== undefined && output.serves(head.path)) output.handle(head, request.socket);
    else response.end('page');
  });
  const door = new FrontDoor(http, output, () => 300);
  const port = await door.listen('127.0.0.1', 0);
  let number = 0;
  const timer = setInterval(() => {
    for (const rung of [mp3, opus]) {
      broadcaster.append(rung, {
        ptsUs: number * 10_000,
        durationUs: 10_000,
        sync: true,
        bytes: Buffer.alloc(100, 77),
      });
    }
    number += 1;
  }, 10);
  return {
    port,
    broadcaster,
    joined,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await broadcaster[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

/** Sends the text and reads until `enough` bytes have come, the other side closes, or 5 s have passed. */
async function ask(port: number, text: string, enough = 1e9): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  let received = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => {
    received += data;
    if (received.length >= enough) resolve();
  });
  socket.on('close', () => resolve());
  const timer = setTimeout(resolve, 5_000);
  await promise;
  clearTimeout(timer);
  socket.destroy();
  return received;
}

const GET = (path: string, ...headers: string[]): string =>
  `GET ${path} HTTP/1.1\r\nHost: pipit.local:8001\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

test('a listener gets a head that players understand, then media', async () => {
  await using station = await openStation();
  const answer = await ask(station.port, GET('/stream'), 2_000);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(head, /Content-Type: audio\/mpeg\r\n/);
  assert.match(head, /icy-name: Nest box\r\n/);
  assert.match(head, /icy-br: 128/);
  assert.match(head, /Access-Control-Allow-Origin: \*/);
  assert.not.match(head, /\r\nicy-metaint:/);
  assert.not.match(head, /\r\nX-Evil/, 'a description must not add headers');
  assert.match(body, /^M+$/);
});

test('HTTP/1.0 and a Range are answered with the whole stream', async () => {
  await using station = await openStation();
  assert.match(await ask(station.port, 'GET /stream HTTP/1.0\r\n\r\n', 1_000), /^HTTP\/1\.0 200 OK\r\n/);
  assert.match(await ask(station.port, GET('/stream', 'Range: bytes=0-'), 1_000), /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(await ask(station.port, GET('/stream', 'Range: bytes=0-1'), 1_000), /^HTTP\/1\.1 200 OK\r\n/);
});

test('HEAD tells the same without media and without taking a place', async () => {
  await using station = await openStation({ maxListeners: 0 });
  const answer = await ask(station.port, 'HEAD /stream.opus HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\nContent-Type: audio\/ogg\r\n/);
  assert.ok(answer.endsWith('\r\n\r\n'));
});

test('who asks for metadata gets it exactly at the interval', async () => {
  await using station = await openStation();
  const answer = await ask(station.port, GET('/stream', 'Icy-MetaData: 1'), 3_000);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /icy-metaint: 500/);
  assert.is(body.slice(0, 500), 'M'.repeat(500));
  const length = body.charCodeAt(500) * 16;
  assert.match(body.slice(501, 501 + length), /^StreamTitle='Parus major - Dawn';\0*$/);
  assert.is(body.slice(501 + length, 1001 + length), 'M'.repeat(500));
  assert.is(body.charCodeAt(1001 + length), 0);
});

test('codec headers come first', async () => {
  await using station = await openStation();
  await ask(station.port, GET('/stream.opus'), 1_000);
  const answer = await ask(station.port, GET('/stream.opus'), 1_000);
  assert.match(answer.split('\r\n\r\n')[1] as string, /^OPUSHEADM+$/);
});

test('a page may ask for the stream from another origin', async () => {
  await using station = await openStation();
  const answer = await ask(
    station.port,
    'OPTIONS /stream HTTP/1.1\r\nHost: x\r\nOrigin: http://other\r\nAccess-Control-Request-Headers: icy-metadata\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 204 /);
  assert.match(answer, /Access-Control-Allow-Headers: .*Icy-MetaData/);
});

test('nobody can write to a stream', async () => {
  await using station = await openStation();
  assert.match(await ask(station.port, 'DELETE /stream HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 405 .*Allow: GET/s);
});

test('past the limit a listener is told why and when to come back', async () => {
  await using station = await openStation({ maxListeners: 1 });
  const first = connect(station.port, '127.0.0.1');
  first.write(GET('/stream'));
  await once(first, 'data');
  const answer = await ask(station.port, GET('/stream'));
  assert.match(answer, /^HTTP\/1\.1 503 .*Retry-After: 30.*max_listeners/s);
  first.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await ask(station.port, GET('/stream'), 500), /^HTTP\/1\.1 200/);
});

test('playlist files name the stream as the client reached it', async () => {
  await using station = await openStation();
  const withToken = await ask(station.port, GET('/stream.pls?token=pg_a-b_c&quality=low', 'Connection: close'));
  assert.match(withToken, /File1=http:\/\/pipit\.local:8001\/stream\?token=pg_a-b_c&quality=low\n/);
  const m3u = await ask(station.port, GET('/stream.m3u?quality=high', 'Connection: close'));
  assert.match(m3u, /#EXTM3U\n#EXTINF:-1,Nest box\nhttp:\/\/pipit\.local:8001\/stream\?quality=high\n/);
  assert.match(await ask(station.port, GET('/stream.pls')), /File1=http:\/\/pipit\.local:8001\/stream\n/);
});

test('everything else is left to the HTTP server, on the same port', async () => {
  await using station = await openStation();
  assert.match(await ask(station.port, GET('/', 'Connection: close')), /^HTTP\/1\.1 200 .*page/s);
  assert.match(await ask(station.port, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(await ask(station.port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('a head that comes in pieces is a head all the same', async () => {
  await using station = await openStation();
  const socket = connect(station.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setEncoding('latin1');
  for (const piece of ['GE', 'T /stream HT', 'TP/1.1\r\nHost: x\r\n', '\r\n']) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const [data] = (await once(socket, 'data')) as [string];
  assert.match(data, /^HTTP\/1\.1 200 OK\r\nContent-Type: audio\/mpeg/);
  socket.destroy();
});

test('a connection that has shown the page can turn into a listener', async () => {
  await using station = await openStation();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const page = await new Promise<string>((resolve, reject) => {
    get({ port: station.port, host: '127.0.0.1', agent }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    }).on('error', reject);
  });
  assert.is(page, 'page');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const type = await new Promise<string | undefined>((resolve, reject) => {
    const request = get({ port: station.port, host: '127.0.0.1', path: '/stream', agent }, (response) => {
      response.once('data', () => {
        resolve(request.reusedSocket ? response.headers['content-type'] : 'not reused');
        request.destroy();
      });
    }).on('error', reject);
  });
  assert.is(type, 'audio/mpeg');
  agent.destroy();
});

test('a connection that says nothing is closed', async () => {
  await using station = await openStation();
  const started = Date.now();
  assert.is(await ask(station.port, ''), '');
  assert.ok(Date.now() - started < 4_000);
});

test.run();
