import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ChangeGate } from '../access/change-gate.ts';
import { CounterSet } from '../core/counters.ts';
import { DeviceError } from '../core/errors.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import type { StationStats, StationStatus } from './answers.ts';
import { type WebDeps, webListener } from './app.ts';

const test = suite('app');

const STATUS: StationStatus = {
  source_connected: true,
  source_status: 'live',
  metadata: { title: 'Dawn', artist: 'Blackbird' },
  listeners: 3,
  uptime_seconds: 61,
  uptime_formatted: '00:01:01',
  station_name: 'Garden',
  station_description: '',
  station_genre: 'Birds',
  version: '1.2.3',
  profile: 'home-server',
  mounts: [],
  sources: [],
  cameras: [],
  privacy: { camera: false, microphone: false },
};

const STATS: StationStats = {
  uptime_seconds: 61,
  buffer: { available: 0, space: 100, fill_percentage: 0 },
  ring: { bytes: 50, size_bytes: 100, seconds: 5 },
  rungs: [],
  listeners: [],
  total_listeners: 0,
  total_bytes_sent: 0,
  cameras: [],
  box: {
    step: 0,
    reason: null,
    max_level: null,
    width_share: 1,
    max_fps: null,
    audio_step: 0,
    audio_reason: null,
    effort: 'configured',
    max_rungs: null,
    max_kbps: null,
    cpu_percent: null,
    memory_percent: null,
    temperature_c: null,
    throttled: null,
  },
  counters: {},
  memory: { rss_bytes: 1, heap_bytes: 1 },
};

/** The routes on a real port. */
async function serve(changed: Partial<WebDeps> = {}) {
  const log = new RecordingLog();
  const pauses: number[] = [];
  let muted = { camera: false, microphone: false };
  const privacy = {
    gate: new ChangeGate({ clock: new FakeClock(), log, counters: new CounterSet() }, () => 'nightingale'),
    muted: () => muted,
    mute: (change: Partial<typeof muted>) => {
      muted = { ...muted, ...change };
    },
    pause: async (ms: number) => pauses.push(ms),
  };
  const deps = { log, status: () => STATUS, stats: () => STATS, privacy, ...changed };
  const server = createServer(webListener(deps));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    log,
    pauses,
    ask: (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test('status and statistics are answered as JSON, as they were given', async () => {
  await using web = await serve();
  const status = await web.ask('/api/status');
  assert.is(status.status, 200);
  assert.match(status.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(await status.json(), STATUS);
  assert.equal(await (await web.ask('/api/stats')).json(), STATS);
});

test('statistics that are switched off are refused, with the key that does it', async () => {
  await using web = await serve({ stats: () => undefined });
  const response = await web.ask('/api/stats');
  assert.is(response.status, 403);
  assert.match(((await response.json()) as { error: string }).error, /advanced\.enable_stats/);
});

test('it is healthy without a source too: there is nothing that a restart would mend', async () => {
  await using web = await serve({ status: () => ({ ...STATUS, source_connected: false }) });
  const response = await web.ask('/healthz');
  assert.is(response.status, 200);
  assert.equal(await response.json(), { status: 'ok', source_connected: false });
});

test('the page and its files come with their types and a policy without inline code or other hosts', async () => {
  await using web = await serve();
  const types: Readonly<Record<string, RegExp>> = {
    '/': /^text\/html/,
    '/ui/app.js': /^text\/javascript/,
    '/ui/now/player.js': /^text\/javascript/,
    '/ui/style.css': /^text\/css/,
    '/ui/icon.svg': /^image\/svg\+xml/,
  };
  for (const [path, type] of Object.entries(types)) {
    const response = await web.ask(path);
    assert.is(response.status, 200, path);
    assert.match(response.headers.get('content-type') ?? '', type);
    assert.is(response.headers.get('x-content-type-options'), 'nosniff');
    if (path === '/' || path.endsWith('.svg')) {
      const policy = response.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.not.match(policy, /unsafe|http/);
    }
    assert.ok((await response.text()).length > 100, path);
  }
});

test('HEAD is answered as GET is, without a body', async () => {
  await using web = await serve();
  for (const path of ['/', '/api/status', '/healthz']) {
    const response = await web.ask(path, { method: 'HEAD' });
    assert.is(response.status, 200, path);
    assert.is(await response.text(), '');
  }
});

test('what is not there is a 404 in JSON; what only can be read is not written', async () => {
  await using web = await serve();
  for (const path of ['/nothing', '/api/nothing', '/ui/', '/ui/../app.ts', '/ui/%2e%2e/app.ts', '/ui/..%2fapp.ts']) {
    const response = await web.ask(path);
    assert.is(response.status, 404, path);
    assert.type(((await response.json()) as { error: string }).error, 'string');
  }
  assert.is((await web.ask('/api/status', { method: 'POST' })).status, 404);
});

test('a report that fails is a 500 in JSON and a line in the log, without the stack in the answer', async () => {
  await using web = await serve({
    status: () => {
      throw new Error('no mounts');
    },
  });
  const response = await web.ask('/api/status');
  assert.is(response.status, 500);
  assert.equal(await response.json(), { error: 'no mounts' });
  assert.ok(web.log.lines.some((line) => line.level === 'error' && line.message.includes('/api/status: no mounts')));
});

const PASSWORD = { Authorization: `Basic ${Buffer.from('me:nightingale').toString('base64')}` };

test('camera and microphone are muted with the password, and whoever asks is told', async () => {
  await using web = await serve();
  assert.equal(await (await web.ask('/api/privacy')).json(), { camera: false, microphone: false });
  const change = { method: 'PUT', headers: PASSWORD, body: '{"camera":true}' };
  const answer = await web.ask('/api/privacy', change);
  assert.is(answer.status, 200);
  assert.equal(await answer.json(), { camera: true, microphone: false });
  await web.ask('/api/privacy', { ...change, body: '{"camera":false,"microphone":true}' });
  assert.equal(await (await web.ask('/api/privacy')).json(), { camera: false, microphone: true });
});

test('without the password, or from another site, nothing is muted', async () => {
  await using web = await serve();
  const body = '{"camera":true}';
  const missing = await web.ask('/api/privacy', { method: 'PUT', body });
  assert.is(missing.status, 401);
  assert.match(missing.headers.get('www-authenticate') ?? '', /^Basic /);
  const wrong = await web.ask('/api/privacy', { method: 'PUT', body, headers: { Authorization: 'Bearer sparrow' } });
  assert.equal([wrong.status, web.pauses], [401, [250]]);
  const headers = { ...PASSWORD, Origin: 'http://evil.example' };
  assert.is((await web.ask('/api/privacy', { method: 'PUT', body, headers })).status, 403);
  assert.equal(await (await web.ask('/api/privacy')).json(), { camera: false, microphone: false });
});

test('a body that is not understood changes nothing, and the answer says what to send', async () => {
  await using web = await serve();
  for (const body of ['', 'camera', '{"camera":"yes"}', '{"cam":true}', '[]', 'null']) {
    const answer = await web.ask('/api/privacy', { method: 'PUT', headers: PASSWORD, body });
    assert.is(answer.status, 422, body);
    assert.match(((await answer.json()) as { error: string }).error, /"microphone"/);
  }
  const long = `{"camera":true${' '.repeat(2000)}}`;
  assert.is((await web.ask('/api/privacy', { method: 'PUT', headers: PASSWORD, body: long })).status, 413);
  assert.equal(await (await web.ask('/api/privacy')).json(), { camera: false, microphone: false });
});

test('a change that cannot be kept is answered with the reason', async () => {
  const failing = () => {
    throw new DeviceError('privacy.not-kept', 'The disk is full', { remedy: 'Make room.' });
  };
  await using web = await serve();
  await using broken = await serve({
    privacy: {
      gate: new ChangeGate({ clock: new FakeClock(), log: web.log, counters: new CounterSet() }, () => 'nightingale'),
      muted: () => ({ camera: true, microphone: false }),
      mute: failing,
      pause: async () => {},
    },
  });
  const answer = await broken.ask('/api/privacy', { method: 'PUT', headers: PASSWORD, body: '{"camera":true}' });
  assert.is(answer.status, 500);
  assert.match(((await answer.json()) as { error: string }).error, /disk is full\. Make room/);
});

test.run();
