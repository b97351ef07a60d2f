// deadline: 60 s
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../core/clock.ts';
import { until } from '../../testkit/until.ts';
import { tempDir } from '../capture.testing.ts';
import { cameraFailure, ffmpeg, makeFilm, makeJpegs, see, TestCameraContext } from './camera.testing.ts';
import { rtspServer } from './rtsp-server.testing.ts';
import { UrlCamera } from './url-camera.ts';

const test = suite('url-camera');
const never = new AbortController().signal;
const X264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];
// The timers that pace pictures do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

/** An HTTP server for one test: `answer` is called with each request's path and the response. */
async function serve(answer: (path: string, response: ServerResponse) => void) {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path = '/') => `http://me:secret@127.0.0.1:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function camera(url: string, context = new TestCameraContext()): UrlCamera {
  return new UrlCamera({ type: 'url', url }, context);
}

const [BOUNDARY, PART] = ['pipit', 'Content-Type: image/jpeg'];

/** A part as cameras send them. */
function part(jpeg: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${PART}\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from('\r\n'),
  ]);
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` });
}

test('HTTP MJPEG: each JPEG comes as it was sent, before the next one is sent', async () => {
  const jpegs = makeJpegs('320x240', 12);
  const sentUs: number[] = [];
  let next = (): void => {};
  await using http = await serve((_path, response) => {
    begin(response);
    next = () => {
      const jpeg = jpegs[sentUs.length];
      if (jpeg === undefined) return;
      sentUs.push(systemClock.nowUs());
      response.write(part(jpeg));
    };
    next();
  });
  // The next one goes out only when this one has come: buffering anywhere would stop it.
  const seen = await see(camera(http.url()).read(never), 12, () => setTimeout(() => next(), 20));
  for (const [i, { jpeg, ptsUs, atUs }] of seen.entries()) {
    assert.ok(jpeg?.equals(jpegs[i] as Buffer), `picture ${i}`);
    assert.ok(ptsUs >= (sentUs[i] as number) && ptsUs <= atUs);
  }
});

test('HTTP MJPEG is delayed by nothing but the network', async () => {
  const [jpeg] = makeJpegs('640x480', 1) as [Buffer];
  const sentUs: number[] = [];
  await using http = await serve((_path, response) => {
    begin(response);
    const timer = setInterval(() => {
      sentUs.push(systemClock.nowUs());
      response.write(part(jpeg));
    }, 40);
    response.on('close', () => clearInterval(timer));
  });
  const seen = await see(camera(http.url()).read(never), 30);
  const delays = seen.map(({ atUs }, i) => (atUs - (sentUs[i] as number)) / 1000).sort((a, b) => a - b);
  assert.ok((delays[15] as number) < 100, `${delays} ms`);
});

test('a camera that does not say how long a JPEG is, and one damaged among many', async () => {
  const jpegs = makeJpegs('160x120', 6);
  const context = new TestCameraContext();
  await using http = await serve((_path, response) => {
    begin(response);
    for (const [i, jpeg] of [...jpegs, ...jpegs].entries()) {
      response.write(`--${BOUNDARY}\r\n${PART}\r\n\r\n`);
      response.write(i === 2 ? jpeg.subarray(0, jpeg.length - 300) : jpeg);
      response.write('\r\n');
    }
  });
  const seen = await see(camera(http.url(), context).read(never), 5);
  const good = jpegs.filter((_, i) => i !== 2);
  assert.ok(seen.every(({ jpeg }, i) => jpeg?.equals(good[i] as Buffer)));
  assert.is(context.count('capture_damaged_frames_total'), 1);
});

test('RTSP: pictures come live over TCP, H.264 is handed on, and a cut is a lost stream', async () => {
  using dir = tempDir();
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25'];
  // Parameter sets stand in the description alone.
  const coded = [...X264, '-tune', 'zerolatency', '-g', '25', '-flags', '+global_header'];
  await using rtsp = await rtspServer(dir.file('live.sdp'), [...input, ...coded]);
  const context = new TestCameraContext();
  const live = camera(rtsp.url, context);
  assert.is(live.description, rtsp.url.replace('me:secret@', ''));
  let count = 0;
  const watched = (async function* () {
    for await (const frame of live.read(never)) {
      count += 1;
      if (count === 60) rtsp.cut();
      yield frame;
    }
  })();
  const seen: { ptsUs: number; atUs: number }[] = [];
  const error = await (async () => {
    try {
      for await (using frame of watched) {
        seen.push({ ptsUs: frame.ptsUs, atUs: systemClock.nowUs() });
        assert.is(frame.toPixels(160).height, 120);
      }
    } catch (cause) {
      return cause as Error & { code: string };
    }
    throw new Error('it ended in order');
  })();
  assert.ok(['capture.stream-ended', 'capture.unreachable'].includes(error.code), error.code);
  assert.is(error.name, 'NetworkError');
  assert.equal(rtsp.requests.slice(0, 4), ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY']);
  assert.ok(seen.length >= 60);
  const gapsUs = seen.slice(31).map(({ ptsUs }, i) => ptsUs - (seen[i + 30]?.ptsUs as number));
  assert.ok(gapsUs.filter((gap) => Math.abs(gap - 40_000) < 3_000).length > gapsUs.length / 2, `${gapsUs}`);
  assert.ok(seen.every(({ ptsUs, atUs }) => ptsUs <= atUs));
  assert.ok(context.units[0]?.isKeyframe && context.units.length >= 60);
  assert.ok(context.units[0]?.data.includes('0000000167', 'hex'));
});

test('HLS comes in time, not in bursts; a playlist that points at this machine’s files does not', async () => {
  using dir = tempDir();
  makeFilm(dir.file('list.m3u8'), '160x120', 25, 4, ...X264, '-g', '25', '-hls_time', '1', '-hls_list_size', '0');
  makeFilm(dir.file('private.ts'), '160x120', 25, 2, ...X264);
  await using http = await serve((path, response) => {
    if (path === '/evil.m3u8') {
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${dir.file('private.ts')}\n#EXT-X-ENDLIST\n`;
      response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).end(list);
    } else response.end(readFileSync(dir.file(path.slice(1))));
  });
  const seen = await see(camera(http.url('/list.m3u8')).read(never), 40);
  for (const [i, { ptsUs, atUs }] of seen.entries()) {
    assert.ok(atUs >= ptsUs - 2_000);
    if (i > 0) assert.is(Math.round((ptsUs - (seen[i - 1]?.ptsUs as number)) / 1000), 40);
  }
  const error = await cameraFailure(camera(http.url('/evil.m3u8')).read(never));
  assert.ok(['capture.unreachable', 'capture.not-media'].includes(error.code), error.code);
});

test('a server that ends the stream is a lost stream to be opened again', async () => {
  const jpegs = makeJpegs('160x120', 3);
  await using http = await serve((_path, response) => {
    begin(response);
    response.end(Buffer.concat(jpegs.map(part)));
  });
  const error = await cameraFailure(camera(http.url()).read(never));
  assert.is(error.code, 'capture.stream-ended');
  assert.is(error.name, 'NetworkError');
});

test('nobody there, no such page, no picture: each is told apart, and no secret is in it', async () => {
  await using http = await serve((path, response) => {
    response.statusCode = path.startsWith('/404') ? 404 : path.startsWith('/401') ? 401 : 200;
    if (path.startsWith('/sound')) response.end(sound);
    else response.end('<html><body>Hello, this is a page about birds.</body></html>'.repeat(50));
  });
  const sound = ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-f', 'wav', 'pipe:1');
  const context = new TestCameraContext();
  for (const [url, code] of [
    [http.url('/404?key=hidden'), 'capture.unreachable'],
    [http.url('/401?key=hidden'), 'capture.unreachable'],
    [http.url('/page?key=hidden'), 'capture.not-media'],
    [http.url('/sound?key=hidden'), 'capture.no-picture'],
    ['rtsp://me:secret@127.0.0.1:9/x?key=hidden', 'capture.unreachable'],
    ['nonsense://me:secret@host/x?key=hidden', 'capture.unreachable'],
    ['file:///etc/hostname', 'capture.unreachable'],
  ] as const) {
    const gone = camera(url, context);
    const error = await cameraFailure(gone.read(never));
    assert.is(error.code, code, `${url}: ${error.message}`);
    const everything = `${gone.description} ${error.stack} ${JSON.stringify(error)} ${(error.cause as Error)?.stack}`;
    assert.not.match(everything, /secret|hidden/);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.not.match(context.log.text, /secret|hidden/);
});

test('an abort ends it within a second: while waiting for an answer, and when a stream has gone silent', async () => {
  const [jpeg] = makeJpegs('160x120', 1) as [Buffer];
  const silent = createTcpServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  await using http = await serve((_path, response) => {
    begin(response);
    response.write(part(jpeg));
  });
  for (const url of [`http://127.0.0.1:${port}/x`, `rtsp://127.0.0.1:${port}/x`, http.url()]) {
    const stop = new AbortController();
    const reading = see(camera(url).read(stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 400));
    const startMs = performance.now();
    stop.abort();
    await reading;
    assert.ok(performance.now() - startMs < 2000, url);
  }
  silent.close();
});

test('who stops reading leaves the server', async () => {
  const [jpeg] = makeJpegs('160x120', 1) as [Buffer];
  let isClosed = false;
  await using http = await serve((_path, response) => {
    begin(response);
    const timer = setInterval(() => response.write(part(jpeg)), 20);
    response.on('close', () => {
      clearInterval(timer);
      isClosed = true;
    });
  });
  await see(camera(http.url()).read(never), 5);
  await until('the connection is closed', () => isClosed);
});

test.run();
