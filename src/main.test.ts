// deadline: 240 s
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneDb } from './testkit/decode-audio.ts';
import { hear } from './testkit/heard.ts';
import { Program } from './testkit/program.ts';
import { until } from './testkit/until.ts';

const test = suite('main');
const TONE = `source "tone" {
  type = "test"
  frequency_hz = 440
  level_db = -20
}
mount "/stream" {
  source = "tone"
  fallback = []
}`;
/** Sound is heard above this; the tone itself is at -20 dBFS. */
const AUDIBLE_DB = -26;

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['src/main.ts', ...args], { encoding: 'utf8' });
}

/** Full-scale noise on two channels at 48 kHz. */
function noiseWav(seconds: number): Uint8Array {
  const samples = randomBytes(seconds * 48_000 * 4);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(192_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** Listeners on bare sockets that count what they get. */
async function listen(program: Program, count: number, path = '/stream') {
  const listeners = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket: Socket = connect(program.port, '127.0.0.1');
      const listener = { socket, bytes: 0, lastMs: 0, longestSilenceMs: 0, isClosed: false };
      socket.on('error', () => {});
      socket.on('close', () => {
        listener.isClosed = true;
      });
      socket.on('data', (data: Buffer) => {
        const now = performance.now();
        if (listener.lastMs > 0) listener.longestSilenceMs = Math.max(listener.longestSilenceMs, now - listener.lastMs);
        listener.lastMs = now;
        listener.bytes += data.length;
      });
      await once(socket, 'connect');
      socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
      return listener;
    }),
  );
  return {
    listeners,
    [Symbol.dispose]() {
      for (const { socket } of listeners) socket.destroy();
    },
  };
}

test('every codec is heard without one complaint of the decoder', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  const paths = [
    '/stream',
    '/stream.aac',
    '/stream.opus',
    '/stream.flac',
    '/stream?quality=low',
    '/stream?quality=ultra',
  ];
  for (const path of paths) {
    const heard = await hear(program.url(path), 4);
    assert.is(heard.complaints, '', path);
    assert.ok(heard.seconds > 3.8, `${path}: ${heard.seconds} s`);
    assert.ok(toneDb(heard, 0, 440) > AUDIBLE_DB, `${path}: ${toneDb(heard, 0, 440)} dB`);
  }
});

test('a player that asks for metadata is told the title and hears the same', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  const heard = await hear(program.url('/stream'), 4, ['-icy', '1']);
  assert.is(heard.complaints, '');
  assert.ok(toneDb(heard, 0, 440) > AUDIBLE_DB);
});

test('200 listeners stay connected while the worker is killed, and hear on soon', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  using audience = await listen(program, 200);
  await until('all hear', () => audience.listeners.every(({ bytes }) => bytes > 20_000), 20_000);
  const [worker] = await program.workers();
  const before = audience.listeners.map(({ bytes }) => bytes);
  process.kill(worker as number, 'SIGKILL');
  await until(
    'all hear on',
    () => audience.listeners.every(({ bytes }, i) => bytes > (before[i] as number) + 40_000),
    30_000,
  );
  assert.ok(audience.listeners.every(({ isClosed }) => !isClosed));
  const status = await program.status();
  assert.is(status.sources[0]?.worker_restarts, 1);
  assert.is(status.listeners, 200);
  assert.match(program.output, /the worker process ended \(SIGKILL\); started again in/);
  const longest = Math.max(...audience.listeners.map(({ longestSilenceMs }) => longestSilenceMs));
  assert.ok(longest < 8_000, `${longest} ms of silence`);
});

test('a source client takes the mount over, is heard, names its title, and gives it back', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  const target = `icecast://source:s3cret-of-the-test@127.0.0.1:${program.sourcePort}/stream`;
  const client = spawn('ffmpeg', [
    ...['-v', 'error', '-re', '-f', 'lavfi', '-i', 'sine=1000:r=44100:d=60', '-af', 'volume=0dB'],
    ...['-c:a', 'libmp3lame', '-b:a', '192k', '-f', 'mp3', '-content_type', 'audio/mpeg', target],
  ]);
  const status = await program.statusWhere(
    'the client is heard',
    ({ mounts }) => mounts[0]?.active_source === 'client /stream',
  );
  assert.is(status.source_status, 'live');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const heard = await hear(program.url('/stream?burst=0'), 3);
  assert.is(heard.complaints, '');
  assert.ok(toneDb(heard, 0, 1_000) > toneDb(heard, 0, 440) + 20);
  const basic = Buffer.from('x:s3cret-of-the-test').toString('base64');
  const title = await fetch(
    `http://127.0.0.1:${program.sourcePort}/admin/metadata?mode=updinfo&mount=/stream&song=Anna%20-%20Waltz`,
    { headers: { authorization: `Basic ${basic}` } },
  );
  assert.is(title.status, 200);
  assert.is((await program.status()).metadata.title, 'Waltz');
  const second = spawnSync('curl', [
    ...['-s', '-o', '/dev/null', '-w', '%{http_code}', '-X', 'PUT', '-u', 'a:s3cret-of-the-test'],
    ...['-H', 'Content-Type: audio/mpeg', '--data-binary', 'x', `http://127.0.0.1:${program.sourcePort}/stream`],
  ]);
  assert.is(String(second.stdout), '409');
  client.kill('SIGKILL');
  await program.statusWhere('the tone is back', ({ mounts }) => mounts[0]?.active_source === 'tone');
});

test('with no sound card the built-in recording is heard, and it says why', async () => {
  await using program = await Program.start(
    'source "mic" {\n  type = "alsa"\n}\nmount "/stream" {\n  source = "mic"\n  fallback = ["demo"]\n}',
  );
  const status = await program.statusWhere('the demo is on', ({ source_connected }) => source_connected);
  assert.is(status.source_status, 'fallback');
  assert.is(status.mounts[0]?.active_source, 'demo');
  assert.is(status.sources[0]?.error?.code, 'capture.no-device');
  const heard = await hear(program.url('/stream'), 5);
  assert.is(heard.complaints, '');
  assert.ok(heard.levelDb > -45, `${heard.levelDb} dB`);
});

test('statistics name listeners, ring and counters, and can be switched off', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  using audience = await listen(program, 3);
  await until('they hear', () => audience.listeners.every(({ bytes }) => bytes > 30_000));
  const stats = await program.stats();
  assert.is(stats.total_listeners, 3);
  assert.is(stats.listeners.length, 3);
  assert.ok(stats.listeners.every(({ bytes_sent, active, rung }) => bytes_sent > 0 && active && rung === 'mp3@128'));
  assert.ok(stats.total_bytes_sent >= 90_000);
  assert.ok(stats.buffer.fill_percentage < 5);
  assert.is(stats.buffer.available + stats.buffer.space, stats.ring.size_bytes);
  assert.ok(stats.ring.seconds > 1);
  program.reload(Program.withServer(`${TONE}\nadvanced {\n  enable_stats = false\n}`));
  await until('it is switched off', () => program.output.includes('reloaded: advanced.enable_stats'));
  assert.is((await fetch(program.url('/api/stats'))).status, 403);
});

test('a reload takes over what can change, names what must wait, and refuses what is invalid', async () => {
  await using program = await Program.start(TONE);
  program.reload(`${Program.withServer(TONE)}metadata {\n  station_name = "Nest"\n}\nencoder {\n  channels = 1\n}\n`);
  await until('it has been read', () => program.output.includes('take effect at the next start: encoder.channels'));
  assert.is((await program.status()).station_name, 'Nest');
  program.reload('server {\n  listen_prot = 1\n}\n');
  await until('it is refused', () => program.output.includes('is refused: the running configuration stays'));
  assert.match(program.output, /config\.hcl:2:3: .*listen_prot.*listen_port/);
  assert.is((await program.status()).station_name, 'Nest');
});

test('it stops within three seconds, with listeners there, and exits with 0', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  using audience = await listen(program, 20);
  await until('they hear', () => audience.listeners.every(({ bytes }) => bytes > 0));
  const { code, ms } = await program.stop();
  assert.is(code, 0);
  assert.ok(ms < 3_000, `${ms} ms`);
});

test('who sends a request too slowly is cut off, and who breaks the rules is answered', async () => {
  await using program = await Program.start(`${TONE}\nadvanced {\n  header_timeout_s = 2\n}`);
  const ask = async (text: string): Promise<string> => {
    const socket = connect(program.port, '127.0.0.1');
    socket.on('error', () => {});
    let answer = '';
    socket.setEncoding('latin1').on('data', (data: string) => {
      answer += data;
    });
    socket.write(text);
    await new Promise((done) => socket.once('close', done));
    return answer;
  };
  const started = performance.now();
  const [silent, slow, long, dots] = await Promise.all([
    ask(''),
    ask('GET /stream HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    ask(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
    ask('GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
  ]);
  assert.ok(performance.now() - started < 10_000);
  assert.is(silent, '');
  assert.match(slow, /^(?:HTTP\/1\.1 408 .*)?$/s);
  assert.match(long, /^HTTP\/1\.1 431 /);
  assert.match(dots, /^HTTP\/1\.1 404 /);
});

test('a listener that never reads is closed, and others hear on', async () => {
  // Noise is what FLAC can do least about: it fills the kernel's buffers soonest.
  const noise = 'source "noise" {\n  type = "file"\n  path = "noise.wav"\n}\nmount "/stream" {\n  source = "noise"\n}';
  await using program = await Program.start(`${noise}\nbroadcaster {\n  stall_timeout_s = 2\n}`, {
    'noise.wav': noiseWav(5),
  });
  await program.statusWhere('the source is live', (status) => status.source_connected);
  // A receive buffer of the smallest size, so that the kernel's patience ends soon; Node cannot ask for one.
  const deaf = spawn('python3', [
    '-c',
    `import socket, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
s.connect(('127.0.0.1', ${program.port}))
s.send(b'GET /stream.flac HTTP/1.0\\r\\n\\r\\n')
time.sleep(120)`,
  ]);
  using audience = await listen(program, 1);
  await until('the other hears', () => (audience.listeners[0]?.bytes ?? 0) > 0);
  const endMs = performance.now() + 100_000;
  let stalled = 0;
  while (stalled === 0 && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    stalled = (await program.stats()).counters['listeners_stalled_total'] ?? 0;
  }
  deaf.kill('SIGKILL');
  assert.is(stalled, 1);
  assert.is((await program.status()).listeners, 1);
  assert.ok((audience.listeners[0]?.longestSilenceMs ?? 0) < 3_000);
});

test('a full disk under the log does not end the sound', async () => {
  await using other = await Program.start(TONE);
  const file = join(other.dir, 'full.hcl');
  // A port that was free a moment ago.
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  writeFileSync(file, `server {\n  host = "127.0.0.1"\n  listen_port = ${port}\n  source_port = 0\n}\n${TONE}\n`);
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['src/main.ts', '-c', file], { stdio: ['ignore', full, full] });
  let heard = 0;
  for (let tries = 0; tries < 100 && heard < 2; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const status = await fetch(`http://127.0.0.1:${port}/api/status`).then(
      (answer) => answer.json() as Promise<{ source_connected: boolean; sources: { level: unknown }[] }>,
      () => undefined,
    );
    if (status?.source_connected && status.sources[0]?.level !== null) heard += 1;
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  closeSync(full);
  assert.is(heard, 2);
});

test('a check says what is wrong, where and what to do, and exits with 1', async () => {
  await using program = await Program.start(TONE);
  const file = join(program.dir, 'bad.hcl');
  writeFileSync(file, 'buffer {\n  size_mb = 5000\n}\nmount "/api/x" {\n  source = "mic"\n}\n');
  const bad = run('--check', '-c', file);
  assert.is(bad.status, 1);
  assert.match(bad.stdout, /bad\.hcl:2:3: .*size_mb/);
  assert.match(bad.stdout, /bad\.hcl:4:/);
  const good = run('--check', '-c', program.configFile);
  assert.is(good.status, 0);
  assert.is(run('--check', '-c', '/nowhere.hcl').status, 1);
});

test('asked to start again by many at once, or with a port that is taken, it goes on', async () => {
  await using program = await Program.start(`${TONE}\nauth {\n  password = "s3cret-of-the-test"\n}`);
  // Ports that stay the same over a restart.
  const [port, other] = [program.port, createServer().listen(0, '127.0.0.1')];
  const free = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(other, 'listening'), once(free, 'listening')]);
  const [taken, home] = [other, free].map((server) => (server.address() as { port: number }).port);
  free.close();
  const authorization = `Basic ${Buffer.from(':s3cret-of-the-test').toString('base64')}`;
  const set = (at: number, listenPort: number | undefined) =>
    fetch(`http://127.0.0.1:${at}/api/settings`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ changes: { 'server.listen_port': listenPort } }),
    });
  const restart = (at: number) =>
    fetch(`http://127.0.0.1:${at}/api/control/restart-program`, { method: 'POST', headers: { authorization } });
  const opened = () => program.output.match(/open http:[^\n]*/g) ?? [];
  const starts = () => program.output.split('starting again').length - 1;
  try {
    assert.is((await set(port, home)).status, 200);
    const answers = await Promise.all(Array.from({ length: 5 }, () => restart(port)));
    assert.equal(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    await until('it is back on its new port', () => opened().at(-1)?.includes(`:${home}/`) === true, 20_000);
    assert.is(starts(), 1);
    assert.is((await set(home as number, taken)).status, 200);
    await restart(home as number);
    await until('it says why not', () => program.output.includes('goes on with the settings from before'), 20_000);
    await until('it is back where it was', () => opened().length === 3, 20_000);
    assert.ok((await fetch(`http://127.0.0.1:${home}/healthz`)).ok);
    assert.is(program.child.exitCode, null);
  } finally {
    other.close();
  }
});

test('a port that is taken is named with what to do', async () => {
  await using program = await Program.start(TONE);
  const file = join(program.dir, 'taken.hcl');
  writeFileSync(file, `server {\n  host = "127.0.0.1"\n  listen_port = ${program.port}\n  source_port = 0\n}\n`);
  const { status, stderr } = run('-c', file);
  assert.is(status, 1);
  assert.match(stderr, /cannot listen on 127\.0\.0\.1 port \d+: EADDRINUSE.*ss -ltnp/);
});

test('secrets are nowhere in what it prints or answers', async () => {
  await using program = await Program.start(`${TONE}\nadvanced {\n  verbose_logging = true\n}`);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  await fetch(`http://127.0.0.1:${program.sourcePort}/stream`, {
    method: 'PUT',
    headers: { authorization: `Basic ${Buffer.from('a:wrong-passw0rd').toString('base64')}` },
  });
  const said = program.output + JSON.stringify([await program.status(), await program.stats()]);
  assert.not.match(said, /s3cret-of-the-test|wrong-passw0rd/);
});

test.run();
