import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { until } from '../testkit/until.ts';
import { UplinkTest, type UplinkTestOptions } from './uplink-test.ts';

const test = suite('uplink-test');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const opened: AsyncDisposable[] = [];
test.after.each(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

/** A server on this machine; what it was asked for, and how many answers are still under way. */
async function server(answer: Answer) {
  const seen = { requests: [] as IncomingMessage[], underway: 0 };
  const http = createServer((request, response) => {
    seen.requests.push(request);
    seen.underway += 1;
    response.once('close', () => {
      seen.underway -= 1;
    });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  opened.push({
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  });
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { seen, host, url: `http://${host}/file?token=secret` };
}

/** Where nobody listens. */
async function nobody(): Promise<string> {
  const tcp = createTcpServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  await new Promise((resolve) => tcp.close(resolve));
  return `127.0.0.1:${port}`;
}

const whole: Answer = (_request, response) => response.end(Buffer.alloc(600_000));
const endless: Answer = (_request, response) => {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(50_000))) {}
  };
  response.on('drain', more);
  more();
};
/** 80 kB a second. */
const slow: Answer = (_request, response) => {
  const timer = setInterval(() => response.write(Buffer.alloc(1_600)), 20);
  response.once('close', () => clearInterval(timer));
};
const silent: Answer = () => {};
const missing: Answer = (_request, response) => response.writeHead(404).end('nothing here');

function measure(urls: readonly string[], options: Partial<UplinkTestOptions> = {}) {
  return new UplinkTest({ clock: systemClock }, options).measure(urls, new AbortController().signal);
}

test('the first address that serves is the one', async () => {
  const [one, two] = [await server(whole), await server(whole)];
  const { mbps = 0, host, bytes, tookMs, failures } = await measure([one.url, two.url]);
  assert.ok(mbps > 1, `${mbps} Mbit/s`);
  assert.equal([host, bytes, failures], [one.host, 600_000, []]);
  assert.ok(tookMs > 0);
  assert.is(two.seen.requests.length, 0);
  assert.is(one.seen.requests[0]?.headers['accept-encoding'], 'identity');
});

test('what does not serve is told with its reason, and the next is tried', async () => {
  const down = await nobody();
  const gone = await server(missing);
  const tiny = await server((_request, response) => response.end('x'.repeat(99)));
  const empty = await server((_request, response) => response.end());
  const broken = await server((_request, response) => {
    response.writeHead(200, { 'Content-Length': 500_000 }).write(Buffer.alloc(1_000), () => response.destroy());
  });
  const last = await server(endless);
  const urls = [
    `http://${down}/`,
    gone.url,
    tiny.url,
    empty.url,
    broken.url,
    'ftp://some.host/file',
    'nonsense',
    last.url,
  ];
  const { host, bytes, failures } = await measure(urls);
  assert.equal(failures, [
    { host: down, reason: 'cannot be reached (ECONNREFUSED)' },
    { host: gone.host, reason: 'answers 404' },
    { host: tiny.host, reason: 'sends 99 bytes: too little to tell' },
    { host: empty.host, reason: 'sends nothing' },
    { host: broken.host, reason: 'breaks off' },
    { host: 'some.host', reason: 'is no web address' },
    { host: 'address 7', reason: 'is no web address' },
  ]);
  assert.is(host, last.host);
  assert.ok(bytes >= 1_000_000 && bytes < 1_200_000, `${bytes} bytes`);
  await until('nothing is loaded any more', () => last.seen.underway === 0);
});

test('a slow one is measured as far as the time goes', async () => {
  const one = await server(slow);
  const { mbps = 0, tookMs } = await measure([one.url], { timeoutMs: 700 });
  assert.ok(mbps > 0.05 && mbps < 1.2, `${mbps} Mbit/s`);
  assert.ok(tookMs >= 690, `${tookMs} ms`);
  await until('nothing is loaded any more', () => one.seen.underway === 0);
});

test('a link that is known needs no more time', async () => {
  const one = await server(slow);
  const { mbps = 0, tookMs } = await measure([one.url], { timeoutMs: 60_000 });
  assert.ok(mbps > 0.1 && mbps < 1.2, `${mbps} Mbit/s`);
  assert.ok(tookMs < 30_000, `${tookMs} ms`);
});

test('one that does not answer leaves time for the others', async () => {
  const [mute, one] = [await server(silent), await server(whole)];
  const { host, failures } = await measure([mute.url, one.url], { timeoutMs: 2_000 });
  assert.equal([host, failures], [one.host, [{ host: mute.host, reason: 'does not answer in time' }]]);
  await until('it is not waited for any more', () => mute.seen.underway === 0);
});

test('three redirects are followed, and no more, nor any to what is no web address', async () => {
  const one = await server((request, response) => {
    const left = Number(new URL(request.url ?? '', 'http://host').searchParams.get('left'));
    if (left > 0) response.writeHead(302, { Location: `?left=${left - 1}` }).end('moved');
    else response.end(Buffer.alloc(100_000));
  });
  const away = await server((_request, response) => response.writeHead(301, { Location: 'file:///etc/passwd' }).end());
  const { host, failures } = await measure([`http://${one.host}/?left=4`, away.url, `http://${one.host}/?left=3`]);
  assert.equal(failures, [
    { host: one.host, reason: 'leads on more than 3 times' },
    { host: away.host, reason: 'leads to what is no web address' },
  ]);
  assert.is(host, one.host);
});

test('nothing of an address but its host is told', async () => {
  const gone = await server(missing);
  const urls = [gone.url, `http://user:secret@${gone.host}/secret`, 'secret'];
  assert.not.match(JSON.stringify(await measure(urls)), /secret/);
});

test('without addresses nothing is contacted, and two who ask at once get one test', async () => {
  const { mbps, host, failures } = await measure([]);
  assert.equal([mbps, host, failures], [undefined, undefined, []]);
  const one = await server(whole);
  const uplink = new UplinkTest({ clock: systemClock });
  const { signal } = new AbortController();
  const [a, b] = await Promise.all([uplink.measure([one.url], signal), uplink.measure([one.url], signal)]);
  assert.is(a, b);
  assert.is(one.seen.requests.length, 1);
  await uplink.measure([one.url], signal);
  assert.is(one.seen.requests.length, 2);
});

test('it can be given up, before it answers, while it loads, and before it has begun', async () => {
  const stopped = new AbortController();
  for (const answer of [silent, slow]) {
    const one = await server(answer);
    const stop = new AbortController();
    const result = new UplinkTest({ clock: systemClock }).measure([one.url, one.url], stop.signal);
    await until('it has begun', () => one.seen.underway === 1);
    stop.abort();
    assert.is((await result).mbps, undefined);
    await until('nothing is loaded any more', () => one.seen.underway === 0);
    assert.is(one.seen.requests.length, 1);
  }
  stopped.abort();
  const one = await server(whole);
  assert.is((await new UplinkTest({ clock: systemClock }).measure([one.url], stopped.signal)).mbps, undefined);
  assert.is(one.seen.requests.length, 0);
});

test.run();
