import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { UNKNOWN_LOAD } from '../core/host-load.ts';
import { ASSUMED_MBPS } from '../core/link-knowledge.ts';
import { deskOf } from '../history/database.testing.ts';
import { DevicePreferences } from '../history/device-preferences.ts';
import { DECISION, fieldsOf, LINK, NOW, post, serveQuickSync } from './quick-sync.testing.ts';
import type { ListenerSightReport } from './quick-sync-deps.ts';

const test = suite('quick sync routes');

const STATUS = {
  network: { speed_mbps: 7.12, status: 'excellent' },
  system: { cpu_percent: 12.3, memory_percent: 45.7, memory_available_mb: 211, status: 'low_load' },
  quality: { level: 'ultra', bitrate: 320, description: 'Maximum fidelity', auto_selected: true },
  buffer: { buffer_size: 10, preload: 'auto', max_buffer_size: 20, rebuffer_threshold: 3 },
  timestamp: '2026-03-01T12:00:00.000Z',
};
const PREFERENCES = { mode: 'auto', prefer_quality: true, adapt_to_system: true, auto_download_quality: true };

test('status says exactly what it has always said, with and without the slash at the end', async () => {
  await using web = await serveQuickSync();
  for (const path of ['status', 'status/', 'preferences', 'preferences/']) {
    const answer = await web.ask(path);
    assert.is(answer.status, 200, path);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.is(answer.headers.get('cache-control'), 'no-store');
    assert.is(answer.headers.get('access-control-allow-origin'), null);
    // Who only looks is not marked.
    assert.is(answer.headers.get('set-cookie'), null);
    assert.equal(await answer.json(), { status: STATUS, preferences: PREFERENCES }, path);
  }
  assert.is(web.clients[0]?.address, '127.0.0.1');
  assert.is(web.clients[0]?.deviceKey, undefined);
});

test('what the machine does not tell is null', async () => {
  await using blind = await serveQuickSync({
    sight: () => ({
      link: { ...LINK, mbps: ASSUMED_MBPS, source: 'assumed', ageS: undefined, rttMs: undefined },
      host: UNKNOWN_LOAD,
      decision: DECISION,
    }),
  });
  const { status } = (await (await blind.ask('status/')).json()) as { status: typeof STATUS };
  assert.equal(status.system, {
    cpu_percent: null,
    memory_percent: null,
    memory_available_mb: null,
    status: 'low_load',
  });
  assert.is(status.network.speed_mbps, 2);
  const details = (await (await blind.ask('details/')).json()) as { link: object; system: object };
  assert.equal(details.link, {
    speed_mbps: 2,
    source: 'assumed',
    age_seconds: null,
    lower_bound: true,
    rtt_ms: null,
    problem: null,
  });
  assert.equal(new Set(Object.values(details.system)), new Set([null]));
});

test('a device is known again by its cookie, and has its own preferences', async () => {
  await using web = await serveQuickSync();
  const answer = await web.ask(
    'preferences/',
    post({ mode: 'low', prefer_quality: false }, { 'User-Agent': 'VLC/3.0' }),
  );
  assert.is(answer.status, 200);
  const preferences = { ...PREFERENCES, mode: 'low', prefer_quality: false };
  assert.equal(await answer.json(), {
    message: 'Preferences saved.',
    status: { ...STATUS, quality: { ...STATUS.quality, level: 'low', auto_selected: false } },
    preferences,
  });
  const cookie = answer.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^pipit_device=[\w-]{22}; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/);
  const headers = { Cookie: `theme=dark; ${cookie.split(';')[0]}`, 'User-Agent': 'VLC/3.0' };
  const again = await web.ask('status', { headers });
  assert.equal(((await again.json()) as { preferences: object }).preferences, preferences);
  assert.is(again.headers.get('set-cookie'), null);
  assert.equal(((await (await web.ask('status')).json()) as { preferences: object }).preferences, PREFERENCES);

  const second = await web.ask('preferences', post({ adapt_to_system: false }, headers));
  assert.is(second.headers.get('set-cookie'), cookie);
  assert.equal(((await second.json()) as { preferences: object }).preferences, {
    ...preferences,
    adapt_to_system: false,
  });
  assert.is(web.devices.list().length, 1);
  assert.is(web.devices.list()[0]?.agent, 'VLC');

  const restarted = new DevicePreferences({ desk: deskOf(web.database), wallTime: () => NOW });
  await restarted.load();
  assert.equal(restarted.list(), web.devices.list());
});

test('a program is known by the name that it sends, and gets no cookie', async () => {
  await using web = await serveQuickSync();
  const headers = { 'X-Device-Id': 'kitchen.radio-1' };
  const answer = await web.ask('preferences/', post({ mode: 'lossless' }, headers));
  assert.is(answer.headers.get('set-cookie'), null);
  const again = (await (await web.ask('preferences/', { headers })).json()) as { preferences: { mode: string } };
  assert.is(again.preferences.mode, 'lossless');
  for (const id of ['', 'a b', 'x'.repeat(65), 'küche']) {
    const refused = await web.ask('status', { headers: { 'X-Device-Id': Buffer.from(id).toString('latin1') } });
    assert.is(refused.status, 400, id);
    assert.match(((await refused.json()) as { error: string }).error, /1 to 64/);
  }
  assert.is(web.devices.list().length, 1);
});

test('a wrong value is refused with its field and what it may be, an unknown field too, and nothing is kept', async () => {
  await using web = await serveQuickSync();
  const wrong: readonly (readonly [string, number, string | null, RegExp])[] = [
    ['{"mode":"best"}', 422, 'mode', /mode may be auto, low, medium, high, ultra or lossless/],
    ['{"mode":null}', 422, 'mode', /mode may be/],
    ['{"mode":["low"]}', 422, 'mode', /mode may be/],
    ['{"mode":"low","prefer_quality":1}', 422, 'prefer_quality', /true or false/],
    ['{"adapt_to_system":"yes"}', 422, 'adapt_to_system', /true or false/],
    ['{"auto_download_quality":{}}', 422, 'auto_download_quality', /true or false/],
    ['{"mode":"low","quality":"low"}', 422, 'quality', /There is no field "quality".*mode, prefer_quality/],
    ['{"__proto__":{"mode":"low"}}', 422, '__proto__', /no field/],
    ['{"constructor":1}', 422, 'constructor', /no field/],
    ['[]', 422, null, /Send an object with any of mode/],
    ['null', 422, null, /Send an object/],
    ['"low"', 422, null, /Send an object/],
    ['', 400, null, /not JSON/],
    ['mode=low', 400, null, /not JSON/],
    ['{"mode":"low"', 400, null, /not JSON/],
  ];
  for (const [body, status, field, error] of wrong) {
    const answer = await web.ask('preferences/', post(body));
    assert.is(answer.status, status, body);
    const refusal = (await answer.json()) as { error: string; field: string | null; allowed?: unknown[] };
    assert.is(refusal.field, field, body);
    assert.match(refusal.error, error);
    if (field === 'mode') assert.equal(refusal.allowed, ['auto', 'low', 'medium', 'high', 'ultra', 'lossless']);
    assert.is(answer.headers.get('set-cookie'), null);
  }
  assert.equal(web.devices.list(), []);
});

test('a body has a kilobyte at most, however it comes', async () => {
  await using web = await serveQuickSync();
  const long = `{"mode":"low"${' '.repeat(1100)}}`;
  assert.is((await web.ask('preferences/', post(long))).status, 413);
  const body = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 30; n++) controller.enqueue(Buffer.alloc(100, ' '));
      controller.close();
    },
  });
  const streamed = await web.ask('preferences/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  assert.is(streamed.status, 413);
  assert.equal(web.devices.list(), []);
});

test('a page of another site changes nothing; one of this station needs no password', async () => {
  await using web = await serveQuickSync();
  for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${web.port + 1}`]) {
    for (const path of ['preferences/', 'test/']) {
      const answer = await web.ask(path, post({}, { Origin: origin }));
      assert.is(answer.status, 403, `${path} ${origin}`);
      assert.type(((await answer.json()) as { error: string }).error, 'string');
    }
  }
  assert.equal(web.devices.list(), []);
  assert.is((await web.ask('preferences/', post({ mode: 'high' }, { Origin: web.origin }))).status, 200);
});

test('what could not be kept is in effect, and said', async () => {
  await using web = await serveQuickSync();
  const kept = web.devices;
  const failing = Object.create(kept, {
    save: {
      value: async (...args: Parameters<typeof kept.save>) => {
        await kept.save(...args);
        throw new DeviceError('history.not-kept', 'nothing can be kept', { remedy: 'Make room.' });
      },
    },
    of: { value: (key: string) => kept.of(key) },
    seen: { value: () => false },
  });
  await using broken = await serveQuickSync({ devices: failing });
  const answer = await broken.ask('preferences/', post({ mode: 'low' }));
  assert.is(answer.status, 200);
  const { message, error, preferences } = (await answer.json()) as Record<string, unknown>;
  assert.match(`${message}`, /a restart forgets/);
  assert.is(error, 'nothing can be kept. Make room.');
  assert.is((preferences as { mode: string }).mode, 'low');
});

test('a client that changes things all the time has to wait', async () => {
  await using web = await serveQuickSync();
  const headers = { 'X-Device-Id': 'kitchen' };
  for (let n = 0; n < 20; n++) {
    assert.is((await web.ask('preferences/', post({ prefer_quality: n % 2 === 0 }, headers))).status, 200);
  }
  const answer = await web.ask('preferences/', post({}, headers));
  assert.equal([answer.status, answer.headers.get('retry-after')], [429, '3']);
  web.clock.advance(3000);
  assert.is((await web.ask('preferences/', post({}, headers))).status, 200);
});

test('presets and thresholds are answered as they are set', async () => {
  await using web = await serveQuickSync();
  for (const path of ['presets', 'presets/']) {
    const answer = (await (await web.ask(path)).json()) as Record<string, Record<string, unknown>>;
    assert.equal(Object.keys(answer), ['presets', 'thresholds']);
    assert.equal(Object.keys(answer['presets'] ?? {}), ['low', 'medium', 'high', 'ultra', 'auto']);
    assert.equal(answer['thresholds'], { low: 0.5, medium: 1, high: 2, ultra: 5 });
  }
});

test('details say why: link, network, client, machine, reasons, listeners, uplink', async () => {
  const listener: ListenerSightReport = {
    id: 7,
    quality: 'auto',
    rung: 'mp3@128',
    bitrateKbps: 128,
    reason: 'link',
    hold: 'dwell',
    linkKbps: 180.4,
    shownKbps: undefined,
    bufferS: 4.321,
    stalls: 1,
    stalledS: 0.567,
    isBelowLowest: false,
    rttMs: 23.45,
    lossShare: 0.0123,
    switches: [{ atS: 3.456, from: 'mp3@256', to: 'mp3@128', reason: 'link' }],
  };
  await using web = await serveQuickSync({
    listeners: () => [listener],
    preferredCodec: () => 'aac',
    uplink: () => ({ mbps: 93.333, ageS: 60, host: 'speed.example', problem: undefined }),
  });
  assert.is((await web.ask('test/', post({ type: 'wifi', effective_type: '4g', downlink_mbps: 9.5 }))).status, 200);
  const answer = await web.ask('details');
  assert.equal(await answer.json(), {
    link: { speed_mbps: 7.12, source: 'test', age_seconds: 12.3, lower_bound: true, rtt_ms: 3.2, problem: null },
    network: { type: 'wifi', interface: 'wlan0', rated_mbps: 72.2, signal_dbm: -61 },
    client: { type: 'wifi', effective_type: '4g', downlink_mbps: 9.5, rtt_ms: null, save_data: null },
    system: {
      temperature_c: 51.3,
      throttled: false,
      swapping: null,
      memory_pressure_percent: null,
      own_cpu_percent: 3.1,
    },
    reasons: [{ code: 'link', sentence: 'The link carries 7 Mbit/s.' }],
    listeners: [
      {
        id: 7,
        quality: 'auto',
        rung: 'mp3@128',
        bitrate_kbps: 128,
        reason: 'link',
        hold: 'dwell',
        link_kbps: 180,
        shown_kbps: null,
        buffer_seconds: 4.32,
        stalls: 1,
        stalled_seconds: 0.57,
        below_lowest: false,
        rtt_ms: 23.5,
        loss_percent: 1.23,
        switches: [{ at_seconds: 3.46, from: 'mp3@256', to: 'mp3@128', reason: 'link' }],
      },
    ],
    preferred_codec: 'aac',
    uplink: { speed_mbps: 93.33, age_seconds: 60, host: 'speed.example', problem: null },
    timestamp: '2026-03-01T12:00:00.000Z',
  });
  const quiet = await serveQuickSync();
  const { client, uplink, listeners } = (await (await quiet.ask('details/')).json()) as Record<string, unknown>;
  assert.equal([client, uplink, listeners], [null, null, []]);
  await quiet[Symbol.asyncDispose]();
});

test('other methods are refused with those that there are, and other sites are told nothing', async () => {
  await using web = await serveQuickSync();
  const allowed: Readonly<Record<string, string>> = {
    status: 'GET, HEAD',
    preferences: 'GET, HEAD, POST',
    test: 'POST',
    presets: 'GET, HEAD',
    details: 'GET, HEAD',
    devices: 'GET, HEAD',
    'devices/0123456789abcdef': 'PUT, DELETE',
  };
  for (const [path, allow] of Object.entries(allowed)) {
    for (const each of [path, `${path}/`]) {
      for (const method of ['OPTIONS', 'PATCH', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
        if (allow.split(', ').includes(method)) continue;
        const answer = await web.ask(each, { method, headers: { Origin: web.origin } });
        assert.equal([answer.status, answer.headers.get('allow')], [405, allow], `${method} ${each}`);
        assert.is(answer.headers.get('access-control-allow-origin'), null);
      }
    }
  }
  const head = await web.ask('status/', { method: 'HEAD' });
  assert.equal([head.status, await head.text()], [200, '']);
  assert.is((await web.ask('nothing/')).status, 404);
  assert.is((await web.ask('status//')).status, 404);
});

test('the contract has these fields and no others', async () => {
  await using web = await serveQuickSync();
  const fields = fieldsOf(await (await web.ask('status/')).json()).sort();
  assert.equal(
    fields,
    [
      ...['speed_mbps', 'status'].map((name) => `status.network.${name}`),
      ...['cpu_percent', 'memory_percent', 'memory_available_mb', 'status'].map((name) => `status.system.${name}`),
      ...['level', 'bitrate', 'description', 'auto_selected'].map((name) => `status.quality.${name}`),
      ...['buffer_size', 'preload', 'max_buffer_size', 'rebuffer_threshold'].map((name) => `status.buffer.${name}`),
      'status.timestamp',
      ...['mode', 'prefer_quality', 'adapt_to_system', 'auto_download_quality'].map((name) => `preferences.${name}`),
    ].sort(),
  );
});

test.run();
