import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testkit/until.ts';
import { LINK, post, serveQuickSync } from './quick-sync.testing.ts';
import type { LinkTestResult, LinkTests } from './quick-sync-deps.ts';

const test = suite('quick sync test route');

const ANSWER = {
  network_speed_mbps: 34.57,
  system_resources: { cpu_percent: 12.3, memory_percent: 45.7 },
  recommended_quality: 'ultra',
  timestamp: '2026-03-01T12:00:00.000Z',
};

/** Tests that end when they are told to; one a client, two at once. */
class HeldTests implements LinkTests {
  known: LinkTestResult | undefined;
  readonly running = new Map<string, (result: LinkTestResult) => void>();
  padding = 0;

  recent(): LinkTestResult | undefined {
    return this.known;
  }

  refusalOf({ address }: { address: string }): 'client' | 'busy' | undefined {
    if (this.running.has(address)) return 'client';
    return this.running.size >= 2 ? 'busy' : undefined;
  }

  async measure({ address }: { address: string }, response: { write(text: string): unknown }): Promise<LinkTestResult> {
    const { promise, resolve } = Promise.withResolvers<LinkTestResult>();
    this.running.set(address, resolve);
    if (this.padding > 0) response.write('\r'.repeat(this.padding));
    return promise.finally(() => this.running.delete(address));
  }
}

test('a test answers exactly what it has always answered, with and without the slash at the end', async () => {
  await using web = await serveQuickSync();
  for (const path of ['test', 'test/', 'test/?fresh=1']) {
    const answer = await web.ask(path, { method: 'POST' });
    assert.is(answer.status, 200, path);
    assert.is(answer.headers.get('content-type'), 'application/json');
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
    assert.is(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(await answer.json(), ANSWER);
  }
});

test('white space goes before the answer while it measures, and JSON is what comes out', async () => {
  const tests = new HeldTests();
  tests.padding = 300_000;
  await using web = await serveQuickSync({ tests });
  const asked = web.ask('test/', post({ type: 'ethernet' }));
  await until('the test runs', () => tests.running.size === 1);
  const answer = await asked;
  tests.running.get('127.0.0.1')?.({ mbps: 34.567, problem: undefined });
  const body = await answer.text();
  assert.is(body.length - body.trimStart().length, 300_000);
  assert.equal(JSON.parse(body), ANSWER);
});

test('while a client is tested it is not tested again; when enough others are, it has to wait', async () => {
  const tests = new HeldTests();
  await using web = await serveQuickSync({ tests });
  const first = web.ask('test/', post(''));
  await until('the test runs', () => tests.running.size === 1);
  const again = await web.ask('test/', post(''));
  assert.equal([again.status, again.headers.get('retry-after')], [429, '5']);
  assert.match(((await again.json()) as { error: string }).error, /tested already/);
  tests.running.get('127.0.0.1')?.({ mbps: 34.567, problem: undefined });
  assert.equal(await (await first).json(), ANSWER);

  for (const address of ['10.0.0.1', '10.0.0.2']) void tests.measure({ address }, { write() {} });
  const busy = await web.ask('test/', post(''));
  assert.is(busy.status, 429);
  assert.match(((await busy.json()) as { error: string }).error, /Others/);
});

test('what is known is answered at once; ?fresh=1 measures again', async () => {
  const tests = new HeldTests();
  tests.known = { mbps: 12, problem: undefined };
  await using web = await serveQuickSync({ tests });
  const known = (await (await web.ask('test/', post(''))).json()) as typeof ANSWER;
  assert.is(known.network_speed_mbps, 12);
  const fresh = web.ask('test?fresh=1', post(''));
  await until('the test runs', () => tests.running.size === 1);
  tests.running.get('127.0.0.1')?.({ mbps: 34.567, problem: undefined });
  assert.equal(await (await fresh).json(), ANSWER);
});

test('when nothing can be measured 2 Mbit/s are assumed, and why is said', async () => {
  const failing = { ...new HeldTests(), recent: () => undefined, refusalOf: () => undefined };
  await using web = await serveQuickSync({
    tests: { ...failing, measure: async () => ({ mbps: 0, problem: 'Nothing has arrived.' }) },
  });
  const expected = { ...ANSWER, network_speed_mbps: 2 };
  assert.equal(await (await web.ask('test/', post(''))).json(), { ...expected, error: 'Nothing has arrived.' });
  await using broken = await serveQuickSync({
    tests: { ...failing, measure: () => Promise.reject(new Error('no kernel')) },
  });
  const { error, ...rest } = (await (await broken.ask('test/', post(''))).json()) as { error: string };
  assert.equal(rest, expected);
  assert.match(error, /failed/);
  assert.match(broken.log.messages('error')[0] ?? '', /no kernel/);
});

test('what the browser says of its connection is checked, and remembered for the client', async () => {
  await using web = await serveQuickSync();
  const wrong: readonly (readonly [unknown, number, string | null])[] = [
    [{ type: 'fibre' }, 422, 'type'],
    [{ effective_type: '5g' }, 422, 'effective_type'],
    [{ downlink_mbps: -1 }, 422, 'downlink_mbps'],
    [{ downlink_mbps: '9' }, 422, 'downlink_mbps'],
    [{ rtt_ms: 1e9 }, 422, 'rtt_ms'],
    [{ save_data: 'no' }, 422, 'save_data'],
    [{ saveData: true }, 422, 'saveData'],
    [[], 422, null],
    ['no', 400, null],
  ];
  for (const [body, status, field] of wrong) {
    const answer = await web.ask('test/', post(body));
    assert.equal([answer.status, ((await answer.json()) as { field: unknown }).field], [status, field]);
  }
  await web.ask('test/', post({ type: 'cellular', save_data: true, rtt_ms: 150 }, { 'X-Device-Id': 'phone' }));
  const hint = { type: 'cellular', effectiveType: undefined, downlinkMbps: undefined, rttMs: 150, saveData: true };
  assert.equal(web.clients.at(-1)?.hint, hint);
  await web.ask('status/', { headers: { 'X-Device-Id': 'phone' } });
  assert.equal(web.clients.at(-1)?.hint, hint);
  await web.ask('status/');
  assert.is(web.clients.at(-1)?.hint, undefined);
});

test('a client that goes away in mid-test leaves no trouble behind', async () => {
  const tests = new HeldTests();
  tests.padding = 1000;
  await using web = await serveQuickSync({ tests });
  const socket = connect(web.port, '127.0.0.1');
  socket.write('POST /api/audio/quick-sync/test/ HTTP/1.1\r\nHost: pipit\r\nContent-Length: 0\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  await until('the test runs', () => tests.running.size === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  tests.running.get('127.0.0.1')?.({ mbps: 3, problem: undefined });
  await until('the test has ended', () => tests.running.size === 0);
  assert.is((await web.ask('status/')).status, 200);
  assert.equal(web.log.messages('error'), []);
});

test('the connection serves the next request after a test', async () => {
  await using web = await serveQuickSync();
  const socket = connect(web.port, '127.0.0.1');
  const request = 'POST /api/audio/quick-sync/test/ HTTP/1.1\r\nHost: pipit\r\nContent-Length: 0\r\n\r\n';
  const last = 'GET /api/audio/quick-sync/status/ HTTP/1.1\r\nHost: pipit\r\nConnection: close\r\n\r\n';
  socket.write(request + request + last);
  const received = await text(socket);
  assert.is(received.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  assert.is(received.match(/"network_speed_mbps":34\.57/g)?.length, 2);
  assert.match(received, new RegExp(`"speed_mbps":${Math.round(LINK.mbps * 100) / 100}`));
});

test.run();
