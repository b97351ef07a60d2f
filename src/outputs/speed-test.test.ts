import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, systemClock } from '../core/clock.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { SpeedTest, type SpeedTestDeps, type SpeedTestOptions, type SpeedTestOutcome } from './speed-test.ts';
import { TransmitQueues, type TransmitWatch } from './transmit-queue.ts';

const test = suite('speed-test');

/** A station that tests who asks: the client is named by the path. */
async function station(deps: Partial<SpeedTestDeps> = {}, options: Partial<SpeedTestOptions> = {}) {
  const clock: Clock = deps.clock ?? systemClock;
  const queues = deps.queues ?? new TransmitQueues({ clock }, { intervalMs: 5, maxShare: 1 });
  const speedTest = new SpeedTest({ clock, queues }, options);
  const outcomes: SpeedTestOutcome[] = [];
  let answering = 0;
  const server = createServer(async ({ url = '' }, response: ServerResponse) => {
    const reason = speedTest.refusalOf(url);
    if (reason !== undefined) {
      response.writeHead(429).end(reason);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    answering += 1;
    const outcome = await speedTest.measure(url, response);
    answering -= 1;
    outcomes.push(outcome);
    response.end(JSON.stringify({ state: outcome.state }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = new Set<Socket>();
  return {
    outcomes,
    speedTest,
    get answering() {
      return answering;
    },
    /** A client that reads all of its answer, or, if told so, nothing. */
    async client(path: string, isReading = true) {
      const socket = connect(port, '127.0.0.1');
      sockets.add(socket);
      socket.on('error', () => {});
      const pieces: Buffer[] = [];
      if (isReading) socket.on('data', (piece) => pieces.push(piece));
      await once(socket, 'connect');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: pipit\r\nConnection: close\r\n\r\n`);
      return { socket, text: () => Buffer.concat(pieces).toString('latin1') };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function measured(outcome: SpeedTestOutcome | undefined) {
  if (outcome?.state !== 'measured') throw new Error(`not measured: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The JSON document of an answer in chunks. */
function documentOf(text: string): unknown {
  let rest = text.slice(text.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (;;) {
    const size = Number.parseInt(rest, 16);
    if (!(size > 0)) return JSON.parse(body);
    const start = rest.indexOf('\r\n') + 2;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}

test('a fast link is known soon, and the answer is JSON still', async () => {
  await using here = await station();
  const client = await here.client('/one');
  await once(client.socket, 'close');
  const { mbps, bytes, tookMs, rttMs } = measured(here.outcomes[0]);
  assert.ok(mbps > 5, `${mbps} Mbit/s`);
  assert.ok(bytes > 500_000 && bytes <= 1_000_000, `${bytes} bytes`);
  assert.ok(tookMs < 4_000 && rttMs !== undefined && rttMs <= tookMs, `${tookMs} ms, ${rttMs} ms`);
  assert.equal(documentOf(client.text()), { state: 'measured' });
});

test('one test a client and two at once, and the place is free again', async () => {
  await using here = await station({}, { timeoutMs: 60_000, maxBytes: 500_000_000 });
  const one = await here.client('/one', false);
  const two = await here.client('/two', false);
  await until('both are tested', () => here.answering === 2);
  assert.is(here.speedTest.refusalOf('/one'), 'client');
  assert.is(here.speedTest.refusalOf('/three'), 'busy');
  const again = await here.client('/one');
  const three = await here.client('/three');
  await until('both have an answer', () => /client/.test(again.text()) && /busy/.test(three.text()));
  assert.match(again.text(), /^HTTP\/1.1 429 /);
  assert.match(three.text(), /^HTTP\/1.1 429 /);
  one.socket.destroy();
  two.socket.destroy();
  await until('both have ended', () => here.answering === 0);
  assert.is(here.speedTest.refusalOf('/one'), undefined);
});

test('a test that is refused sends nothing', async () => {
  await using here = await station({}, { maxAtOnce: 0 });
  const response = { write: () => assert.unreachable() } as unknown as ServerResponse;
  assert.equal(await here.speedTest.measure('/one', response), { state: 'refused', reason: 'busy' });
});

test('a client that leaves is an outcome', async () => {
  await using here = await station({}, { timeoutMs: 60_000 });
  const client = await here.client('/one', false);
  await once(client.socket, 'readable');
  client.socket.destroy();
  await until('it is noticed', () => here.outcomes.length === 1);
  const [outcome] = here.outcomes;
  assert.is(outcome?.state === 'failed' && outcome.error.code, 'outputs.client-gone');
});

test('an answer that is over, or is not its connection’s turn yet, is not begun with', async () => {
  await using here = await station();
  for (const socket of [null, { destroyed: true }, { destroyed: false }]) {
    const response = { socket, destroyed: false, writableEnded: true, once() {}, off() {} };
    const outcome = await here.speedTest.measure('/one', response as unknown as ServerResponse);
    assert.is(outcome.state === 'failed' && outcome.error.code, 'outputs.client-gone');
  }
});

test('where the kernel does not tell what has arrived, what it takes must do', async () => {
  await using here = await station({ queues: new TransmitQueues({ clock: systemClock, root: '/nowhere' }) });
  const client = await here.client('/one');
  await once(client.socket, 'close');
  const { mbps, rttMs } = measured(here.outcomes[0]);
  assert.ok(mbps > 5, `${mbps} Mbit/s`);
  assert.is(rttMs, undefined);
});

/**
 * A link that nobody has on his desk: what it is given on a real connection arrives when the test's clock says so. Looks
 * are `everyMs` apart.
 */
class SimulatedLink {
  readonly clock = new FakeClock();
  /** What is on its way, bytes. */
  ahead = 0;
  readonly #bytesPerMs: number;
  readonly #rttMs: number;
  readonly #everyMs: number;
  #burst: number;

  constructor(mbps: number, rttMs: number, burst: number, everyMs: number) {
    this.#bytesPerMs = mbps * 125;
    this.#rttMs = rttMs;
    this.#burst = burst;
    this.#everyMs = everyMs;
  }

  watch(socket: Socket): TransmitWatch {
    const base = socket.bytesWritten;
    const arrivals: number[] = [];
    let delivered = 0;
    let ms = 0;
    const watch = {
      acknowledgedBytes: undefined as number | undefined,
      asOfUs: undefined as number | undefined,
      isWindowClosed: false,
      get sentBytes() {
        return socket.bytesWritten - base;
      },
      unwatch: () => timer.cancel(),
    };
    const pass = (): void => {
      ms += 1;
      const given = socket.bytesWritten - base;
      const waiting = given - delivered;
      const atOnce = Math.min(this.#burst, waiting);
      this.#burst -= atOnce;
      delivered += Math.min(waiting, atOnce + this.#bytesPerMs);
      arrivals.push(delivered);
      const acknowledged = arrivals.at(-1 - this.#rttMs) ?? 0;
      this.ahead = given - acknowledged;
      if (ms % this.#everyMs === 0) {
        watch.acknowledgedBytes = Math.floor(acknowledged);
        watch.asOfUs = this.clock.nowUs();
      }
      timer = this.clock.after(1, pass);
    };
    let timer = this.clock.after(1, pass);
    return watch;
  }
}

test('what a link carries is found out, within its limits, whatever the link', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.05, max: 200, noNaN: true }),
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 0, max: 16_000 }),
      fc.integer({ min: 2, max: 60 }),
      async (mbps, rttMs, burst, everyMs) => {
        const link = new SimulatedLink(mbps, rttMs, burst, everyMs);
        await using here = await station({ clock: link.clock, queues: link });
        await here.client('/one');
        await until('it has begun', () => here.answering === 1);
        for (let ms = 0; ms < 5_000 && here.outcomes.length === 0; ms += 10) await link.clock.run(10);
        await until('it has ended', () => here.outcomes.length === 1);
        const outcome = measured(here.outcomes[0]);
        const what = `${JSON.stringify(outcome)} for ${mbps} Mbit/s`;
        assert.ok(outcome.mbps < mbps * 1.2 + 0.02, what);
        // A link that is too fast for a megabyte to fill it is at least as fast as good music needs.
        assert.ok(outcome.mbps > Math.min(mbps * 0.8, 8), what);
        assert.ok(outcome.bytes <= 1_000_000 && outcome.tookMs <= 5_001, what);
        assert.ok((outcome.rttMs ?? 0) >= rttMs && (outcome.rttMs ?? 0) <= rttMs + everyMs + 5, what);
        const endsAfterS = link.ahead / (mbps * 125_000) - rttMs / 1000;
        assert.ok(
          endsAfterS < Math.max(0.4, (rttMs * 2) / 1000, 16_000 / (mbps * 125_000)),
          `${endsAfterS} s, ${what}`,
        );
        assert.is(link.clock.pendingTimers, 0);
      },
    ),
    { numRuns: 40 },
  );
});

test('the limit of a test may change', async () => {
  const link = new SimulatedLink(0, 10, 0, 10);
  await using here = await station({ clock: link.clock, queues: link });
  here.speedTest.configure({ timeoutMs: 1_000 });
  await here.client('/one');
  await until('it has begun', () => here.answering === 1);
  link.clock.advance(1_000);
  await until('it has ended', () => here.outcomes.length === 1);
});

test('a client that reads nothing is told from a slow link, however much its kernel has taken', async () => {
  await using here = await station();
  await here.client('/one', false);
  await until('it has ended', () => here.outcomes.length === 1, 15_000);
  const [outcome] = here.outcomes;
  assert.is(outcome?.state === 'failed' && outcome.error.code, 'outputs.client-silent', JSON.stringify(outcome));
});

test('a link over which nothing comes is told from one that is slow', async () => {
  const link = new SimulatedLink(0, 10, 0, 10);
  await using here = await station({ clock: link.clock, queues: link });
  await here.client('/one');
  await until('it has begun', () => here.answering === 1);
  link.clock.advance(5_000);
  await until('it has ended', () => here.outcomes.length === 1);
  const [outcome] = here.outcomes;
  assert.is(outcome?.state === 'failed' && outcome.error.code, 'outputs.client-silent');
});

test.run();
