// deadline: 60 s
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { selfSignedCertificate } from '../access/self-signed-certificate.ts';
import { toneDb } from '../testkit/decode-audio.ts';
import { hear } from '../testkit/heard.ts';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';
import { AccessStation } from './station-access.testing.ts';

const test = suite('https');

const SELF_MADE = 'server {\n tls = "self-made"\n}';
const FILES = 'server {\n tls = "files"\n tls_certificate = "c.pem"\n tls_key = "k.pem"\n}';
const DAY_MS = 86_400_000;

function certificateOf(dir: string): string {
  return readFileSync(join(dir, 'data', 'https.pem'), 'utf8');
}

/** One request over https, to a server that shows just this certificate. */
async function ask(port: number, ca: string, path: string, options: { method?: string; body?: string } = {}) {
  const { method = 'GET', body } = options;
  const asked = request({ host: '127.0.0.1', port, path, method, ca, servername: 'localhost', agent: false });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) };
}

/** The certificate that is shown now. */
async function shown(port: number): Promise<PeerCertificate> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

function pairFor(name: string, days = 90) {
  const now = Date.now();
  return selfSignedCertificate({
    commonName: name,
    names: [name],
    from: new Date(now - DAY_MS),
    until: new Date(now + days * DAY_MS),
  });
}

test('page, API, pictures and WebSockets come over https as over http; a cookie of https stays there', async () => {
  await using station = await AccessStation.start(SELF_MADE);
  const port = station.httpsPort ?? 0;
  const ca = certificateOf(station.dir);
  assert.is(statSync(join(station.dir, 'data', 'https.pem')).mode & 0o777, 0o600);
  assert.match((await ask(port, ca, '/')).body.toString(), /<html/i);
  assert.is((await ask(port, ca, '/camera/garden.jpg')).body.toString(), 'no JPEG');
  assert.match((await ask(port, ca, '/api/access')).body.toString(), new RegExp(`"secure":true,"https_port":${port}`));
  const body = JSON.stringify({ password: 'correct horse' });
  const set = await ask(port, ca, '/api/access/password', { method: 'POST', body });
  const [cookie = ''] = set.headers['set-cookie'] ?? [];
  assert.match(cookie, /^__Host-pipit_session=ps_[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  const overHttp = await station.ask('/api/access', { headers: { Cookie: cookie.split(';')[0] ?? '' } });
  assert.match(overHttp.body, /"scope":"none"/);

  const socket = new WebSocket(`wss://localhost:${port}/camera/ws`, { ca });
  await once(socket, 'open');
  await until('the camera has a viewer', () => station.camera.viewers.length === 1);
  socket.terminate();
});

test('who speaks http to the port of https, or says nothing sensible, is sent away and hurts nobody', async () => {
  await using station = await AccessStation.start(`${SELF_MADE}\nadvanced { header_timeout_s = 1 }`);
  const port = station.httpsPort ?? 0;
  for (const words of ['GET / HTTP/1.1\r\nHost: pipit\r\n\r\n', '\x16\x03\x01\xff\xff\xff', 'x'.repeat(100_000)]) {
    const socket = connectPlain(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.resume();
    socket.write(words);
    await closed;
  }
  assert.is((await ask(port, certificateOf(station.dir), '/healthz')).status, 200);
});

test('a self-made certificate is kept over a restart, and renewed before it expires', async () => {
  const station = await AccessStation.start(SELF_MADE);
  const first = certificateOf(station.dir);
  const dir = await station.stop();
  {
    await using second = await AccessStation.start(SELF_MADE, dir);
    assert.is(certificateOf(dir), first);
    assert.is((await shown(second.httpsPort ?? 0)).fingerprint256, new X509Certificate(first).fingerprint256);
    second.now = new Date(second.now.getTime() + 800 * DAY_MS);
    second.configure(SELF_MADE);
    await until('another one is shown', () => /another certificate/.test(second.log.text));
    const renewed = certificateOf(dir);
    assert.is.not(renewed, first);
    assert.is((await shown(second.httpsPort ?? 0)).fingerprint256, new X509Certificate(renewed).fingerprint256);
  }
  writeFileSync(join(dir, 'data', 'https.pem'), 'damaged');
  await using third = await AccessStation.start(SELF_MADE, dir);
  assert.is((await ask(third.httpsPort ?? 0, certificateOf(dir), '/healthz')).status, 200);
});

test('a certificate that was made by a clock that was ahead is made anew once the clock is right', async () => {
  await using station = await AccessStation.start(SELF_MADE);
  const first = certificateOf(station.dir);
  station.now = new Date(station.now.getTime() - 365 * DAY_MS);
  station.configure(SELF_MADE);
  await until('another one is shown', () => /another certificate/.test(station.log.text));
  const second = new X509Certificate(certificateOf(station.dir));
  assert.is.not(second.fingerprint256, new X509Certificate(first).fingerprint256);
  assert.ok(new Date(second.validFrom) <= station.now);
});

test('a certificate that was made before the clock was set stays good when it is, and is renewed in its time', async () => {
  await using station = await AccessStation.start(SELF_MADE);
  const first = certificateOf(station.dir);
  station.now = new Date(station.now.getTime() + 700 * DAY_MS);
  station.configure(SELF_MADE);
  assert.is((await shown(station.httpsPort ?? 0)).fingerprint256, new X509Certificate(first).fingerprint256);
  station.now = new Date(station.now.getTime() + 5 * 365 * DAY_MS);
  station.configure(SELF_MADE);
  await until('another one is shown', () => /another certificate/.test(station.log.text));
  assert.ok(new Date(new X509Certificate(certificateOf(station.dir)).validFrom) <= station.now);
});

test('files that are wrong are told in the log, http goes on, and when they are right https opens', async () => {
  await using station = await AccessStation.start(FILES);
  const put = (certificate: string, key: string) => {
    writeFileSync(join(station.dir, 'c.pem'), certificate);
    writeFileSync(join(station.dir, 'k.pem'), key);
    station.configure(FILES);
  };
  const complaint = (pattern: RegExp) =>
    until(`${pattern}`, () => station.log.messages('error').some((line) => pattern.test(line)));
  await complaint(/c\.pem can't be read: ENOENT.* server\.tls_certificate/);
  const [a, b] = [pairFor('a.example'), pairFor('b.example')];
  put('nonsense', a.key);
  await complaint(/There is no certificate in .*c\.pem/);
  put(a.certificate, b.key);
  await complaint(/can't be used: .*mismatch/);
  assert.is(station.httpsPort, undefined);
  assert.is((await station.ask('/healthz')).status, 200);

  put(a.certificate, a.key);
  await until('https is open', () => station.httpsPort !== undefined);
  const port = station.httpsPort ?? 0;
  assert.is((await shown(port)).subject.CN, 'a.example');
  put(b.certificate, a.key);
  await until(
    'it is told again',
    () => station.log.messages('error').filter((line) => /mismatch/.test(line)).length > 1,
  );
  assert.is((await shown(port)).subject.CN, 'a.example', 'the good one stays');
  put(b.certificate, b.key);
  await until('the new one is shown', () => /another certificate/.test(station.log.text));
  assert.is((await shown(port)).subject.CN, 'b.example');
  assert.not.match(station.log.text, /PRIVATE KEY/);
});

test('the program plays over https without one complaint of the decoder, and stops', async () => {
  await using program = await Program.start(
    'source "tone" {\n type = "test"\n frequency_hz = 440\n level_db = -20\n}\nmount "/stream" { source = "tone" }',
    {},
    '127.0.0.1',
    'tls = "self-made"\n  tls_port = 0',
  );
  await program.statusWhere('the source is live', (status) => status.source_connected);
  const port = /https on port (\d+)/.exec(program.output)?.[1];
  const heard = await hear(`https://127.0.0.1:${port}/stream`, 4);
  assert.is(heard.complaints, '');
  assert.ok(heard.seconds > 3.8, `${heard.seconds} s`);
  assert.ok(toneDb(heard, 0, 440) > -26);
  const listening = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  listening.on('error', () => {});
  listening.write('GET /stream HTTP/1.0\r\n\r\n');
  await once(listening, 'data');
  const { code, ms } = await program.stop();
  assert.is(code, 0);
  assert.ok(ms < 3_000, `${ms} ms`);
});

test.run();
