import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneDb } from '../testkit/decode-audio.ts';
import { until } from '../testkit/until.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { UrlSource } from './url-source.ts';

const test = suite('url source');
const never = new AbortController().signal;
// The timers that pace sound do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

/** An HTTP server for one test: `answer` is called with each request's path and the response. */
async function serve(answer: (path: string, response: ServerResponse, wantsIcy: boolean) => void) {
  const server: Server = createServer((request, response) =>
    answer(request.url ?? '', response, request.headers['icy-metadata'] === '1'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path = '/') => `http://127.0.0.1:${port}${path}`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function urlSource(url: string, context = new TestContext()): UrlSource {
  return new UrlSource({ type: 'url', url }, context);
}

/** Puts an ICY metadata block after every `interval` bytes, with the titles in turn. */
function withIcy(bytes: Buffer, interval: number, titles: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; at += interval, turn++) {
    const text = `StreamTitle='${titles[Math.min(turn, titles.length - 1)]}';`;
    const block = Buffer.alloc(1 + Math.ceil(text.length / 16) * 16);
    block[0] = (block.length - 1) / 16;
    block.write(text, 1);
    parts.push(bytes.subarray(at, at + interval), ...(at + interval <= bytes.length ? [block] : []));
  }
  return Buffer.concat(parts);
}

test('MP3 with ICY metadata is heard, and its titles are told as they change', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 6, '-b:a', '128k'));
  await using http = await serve((_path, response, wantsIcy) => {
    assert.ok(wantsIcy);
    response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'icy-metaint': '16000', 'icy-name': 'Test' });
    response.end(withIcy(bytes, 16_000, ['Wren - First song', 'Wren - First song', 'Robin - Second song']));
  });
  const context = new TestContext();
  const sound = await collect(urlSource(http.url(), context).read(never), 3.5);
  assert.ok(Math.abs(toneDb(sound, 0, 1000) + 12) < 0.7);
  assert.equal(context.metadata, [
    { artist: 'Wren', title: 'First song' },
    { artist: 'Robin', title: 'Second song' },
  ]);
  assert.ok(context.packets.length > 100);
});

test('HLS is heard; a playlist that points at this machine’s files is not', async () => {
  using dir = tempDir();
  makeTone(dir.file('list.m3u8'), 4, '-c:a', 'aac', '-hls_time', '1', '-hls_list_size', '0');
  makeTone(dir.file('private.ts'), 2, '-c:a', 'aac');
  await using http = await serve((path, response) => {
    if (path === '/evil.m3u8') {
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${dir.file('private.ts')}\n#EXT-X-ENDLIST\n`;
      response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).end(list);
    } else response.end(readFileSync(dir.file(path.slice(1))));
  });
  const sound = await collect(urlSource(http.url('/list.m3u8')).read(never), 2);
  assert.ok(Math.abs(toneDb(sound, 0, 1000) + 12) < 0.7);
  const error = await failureOf(urlSource(http.url('/evil.m3u8')).read(never));
  assert.ok(['capture.unreachable', 'capture.not-media'].includes(error.code), error.code);
});

test('SRT is heard', async () => {
  // A port that was free a moment ago: SRT's listener can't be asked which one it took.
  const probe = createSocket('udp4').bind(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise<void>((resolve) => probe.close(resolve));
  const tone = '0.251*sin(2*PI*1000*t)';
  const input = ['-re', '-f', 'lavfi', '-i', `aevalsrc=${tone}|${tone}:s=48000`];
  const output = ['-c:a', 'aac', '-f', 'mpegts', `srt://127.0.0.1:${port}?mode=listener`];
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...output], { stdio: 'ignore' });
  try {
    const sound = await collect(urlSource(`srt://127.0.0.1:${port}?latency=100000`).read(never), 1);
    assert.ok(Math.abs(toneDb(sound, 0, 1000) + 12) < 0.7);
  } finally {
    ffmpeg.kill('SIGKILL');
  }
});

test('a server that goes away, and one that ends the stream, is a lost stream to be opened again', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 2, '-b:a', '128k'));
  await using http = await serve((path, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'Content-Length': bytes.length * 2 });
    response.write(bytes);
    if (path === '/cut') setTimeout(() => response.destroy(), 100);
    else response.end();
  });
  const cut = await failureOf(urlSource(http.url('/cut')).read(never));
  assert.ok(['capture.stream-ended', 'capture.unreachable'].includes(cut.code), cut.code);
  assert.is(cut.name, 'NetworkError');
});

test('nobody there, no such page, no sound: each is told apart, and no secret is in it', async () => {
  await using http = await serve((path, response) => {
    response.statusCode = path.startsWith('/404') ? 404 : path.startsWith('/401') ? 401 : 200;
    response.end('<html><body>Hello, this is a page about sound.</body></html>'.repeat(50));
  });
  const withSecret = (path: string): string => http.url(path).replace('//', '//me:secret@');
  const context = new TestContext();
  for (const [url, code] of [
    [withSecret('/404?key=hidden'), 'capture.unreachable'],
    [withSecret('/401?key=hidden'), 'capture.unreachable'],
    [withSecret('/page?key=hidden'), 'capture.not-media'],
    ['http://me:secret@127.0.0.1:9/x?key=hidden', 'capture.unreachable'],
    ['nonsense://me:secret@host/x?key=hidden', 'capture.unreachable'],
    ['file:///etc/hostname', 'capture.unreachable'],
  ] as const) {
    const source = urlSource(url, context);
    const error = await failureOf(source.read(never));
    assert.is(error.code, code, `${url}: ${error.message}`);
    const everything = `${source.description} ${error.stack} ${JSON.stringify(error)} ${(error.cause as Error)?.stack}`;
    assert.not.match(everything, /secret|hidden/);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.not.match(context.log.text, /secret|hidden/);
  assert.is(urlSource('rtsp://me:secret@cam.local:554/live').description, 'rtsp://cam.local:554/live');
});

test('an abort ends it within a second: while connecting, while waiting for an answer, and in the silence of a stream', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 3, '-b:a', '128k'));
  const silent = createTcpServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  await using http = await serve((_path, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' });
    response.write(bytes);
  });
  // 192.0.2.1 is an address of documentation (RFC 5737): nobody is there.
  const { port } = silent.address() as AddressInfo;
  for (const url of ['http://192.0.2.1/x', `http://127.0.0.1:${port}/x`, http.url()]) {
    const stop = new AbortController();
    let failure: unknown;
    const reading = collect(urlSource(url).read(stop.signal)).catch((error) => {
      failure = error;
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const startMs = performance.now();
    stop.abort();
    await reading;
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs < 2000, `${url}: ${tookMs} ms`);
    // Where nothing leads out of this machine, the first one has failed by then.
    if (!url.includes('192.0.2.1')) assert.is(failure, undefined);
  }
  silent.close();
});

test('a server that sends at once what lasts for long is read in real time', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 60, '-b:a', '320k'));
  let sent = 0;
  await using http = await serve((_path, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' });
    const more = (): void => {
      for (; sent < bytes.length; sent += 4096) {
        if (!response.write(bytes.subarray(sent, sent + 4096))) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  });
  const startMs = performance.now();
  const blocks = urlSource(http.url()).read(never);
  const { seconds } = await collect(blocks, 3);
  const tookMs = performance.now() - startMs;
  assert.ok(seconds >= 3 && tookMs > 800, `${seconds} s of sound in ${tookMs} ms`);
});

test('who stops reading leaves the server', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 5));
  let isClosed = false;
  await using http = await serve((_path, response) => {
    response.on('close', () => {
      isClosed = true;
    });
    response.write(bytes);
  });
  await collect(urlSource(http.url()).read(never), 0.5);
  await until('the connection is closed', () => isClosed);
});

test.run();
