import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { type SocketFact, SocketFacts } from './socket-facts.ts';

const test = suite('socket-facts');

/** A port with connections to it, as their servers have them. */
async function port(listenOn: string) {
  const server = createServer().listen(0, listenOn);
  await once(server, 'listening');
  const { port: number } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  return {
    number,
    async connect(to: string): Promise<{ readonly near: Socket; readonly far: Socket }> {
      const far = connect(number, to);
      const [near] = (await once(server, 'connection')) as [Socket];
      for (const socket of [near, far]) sockets.push(socket.on('error', () => {}));
      return { near, far };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A folder with an `ss` that does this. */
async function program(script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'ss-'));
  await writeFile(join(folder, 'ss'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return {
    path: `${folder}:/usr/bin:/bin`,
    async runs() {
      return (await readFile(join(folder, 'ss.log'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** What is known of a connection's other end once it is as wanted. */
async function factWhere(facts: SocketFacts, near: Socket, isIt: (fact: SocketFact) => boolean): Promise<SocketFact> {
  let fact: SocketFact | undefined;
  await until('it is known', () => {
    fact = facts.factOf(near.remoteAddress ?? '', near.remotePort ?? 0);
    return fact !== undefined && isIt(fact);
  });
  return fact as SocketFact;
}

for (const [kind, listenOn, connectTo] of [
  ['IPv4', '127.0.0.1', '127.0.0.1'],
  ['IPv4 on a socket for both', '::', '127.0.0.1'],
] as const) {
  test(`a real connection has a round trip, losses and a receiver, ${kind}`, async () => {
    await using here = await port(listenOn);
    using facts = new SocketFacts({ clock: systemClock }, { periodMs: 100, maxShare: 1 });
    facts.start(here.number, new AbortController().signal);
    const full = await here.connect(connectTo);
    const brisk = await here.connect(connectTo);
    brisk.far.resume();
    const timer = setInterval(() => {
      brisk.near.write(Buffer.alloc(5_000));
      // One that reads nothing: more than both kernels hold.
      if (full.near.writableLength === 0) full.near.write(Buffer.alloc(8_000_000));
    }, 20);
    try {
      const fact = await factWhere(facts, brisk.near, ({ lossShare }) => lossShare !== undefined);
      assert.ok((fact.rttMs ?? -1) >= 0 && (fact.rttMs ?? 1e6) < 5_000, `${fact.rttMs} ms`);
      assert.ok((fact.minRttMs ?? 1e6) <= (fact.rttMs ?? 0) + 1, `${fact.minRttMs} ms`);
      assert.is(fact.lossShare, 0);
      assert.is(fact.isReceiverLimited, false);
      assert.ok((fact.deliveryKbps ?? 0) > 0);
      await factWhere(facts, full.near, ({ isReceiverLimited }) => isReceiverLimited === true);
    } finally {
      clearInterval(timer);
    }
  });
}

test('only connections to that port are looked at, and those that ended are forgotten', async () => {
  await using here = await port('127.0.0.1');
  await using elsewhere = await port('127.0.0.1');
  using facts = new SocketFacts({ clock: systemClock }, { periodMs: 50, maxShare: 1 });
  facts.start(here.number, new AbortController().signal);
  const { near, far } = await here.connect('127.0.0.1');
  const other = await elsewhere.connect('127.0.0.1');
  await factWhere(facts, near, () => true);
  assert.is(facts.factOf('127.0.0.1', other.near.remotePort ?? 0), undefined);
  const { remotePort = 0 } = near;
  far.destroy();
  await until('it is forgotten', () => facts.factOf('127.0.0.1', remotePort) === undefined);
});

/** Lets what is under way in other processes come to its end. */
const awhile = () => new Promise((resolve) => setTimeout(resolve, 100));

test('it looks while somebody asks, every ten seconds, and begins again when somebody asks again', async () => {
  await using ss = await program(
    'echo run >>"$0.log"; echo "0 0 10.0.0.1:8001 10.0.0.2:99 cubic rtt:5/1 bytes_sent:9"',
  );
  const clock = new FakeClock();
  using facts = new SocketFacts({ clock, path: ss.path });
  facts.start(8001, new AbortController().signal);
  assert.is(clock.pendingTimers, 0);
  assert.is(facts.factOf('10.0.0.2', 99), undefined);
  await until('a first look', () => facts.factOf('::ffff:10.0.0.2', 99)?.rttMs === 5);
  for (const looks of [2, 3]) {
    clock.advance(9_999);
    await awhile();
    assert.is((await ss.runs()).length, looks - 1);
    clock.advance(1);
    await until('a look', () => facts.factOf('10.0.0.2', 99)?.asOfUs === clock.nowUs());
    assert.is((await ss.runs()).length, looks);
  }
  for (let k = 0; k < 6; k += 1) {
    clock.advance(10_000);
    await awhile();
  }
  assert.is(clock.pendingTimers, 0);
  const { length } = await ss.runs();
  assert.ok(length <= 6, `${length} looks`);
  assert.is(facts.factOf('10.0.0.2', 99), undefined, 'what is old is nothing');
  await until('a look', () => facts.factOf('10.0.0.2', 99) !== undefined);
});

test('losses and a full receiver are those of the last span, and not of another connection', async () => {
  const line = (sent: number, resent: number, limited: number): string =>
    `echo "0 0 10.0.0.1:8001 10.0.0.2:99 cubic bytes_sent:${sent} bytes_retrans:${resent} rwnd_limited:${limited}ms(1.0%)"`;
  await using ss = await program('. "$0.now"');
  const [folder = ''] = ss.path.split(':');
  const clock = new FakeClock();
  using facts = new SocketFacts({ clock, path: ss.path });
  facts.start(8001, new AbortController().signal);
  const spans: readonly (readonly [sent: number, resent: number, limited: number, loss?: number, isFull?: boolean])[] =
    [
      [1_000_000, 500_000, 9_000],
      [1_100_000, 510_000, 9_000, 0.1, false],
      [1_100_000, 510_000, 12_000, undefined, false],
      [1_200_000, 510_000, 16_000, 0, true],
      [5_000, 0, 0, undefined, undefined],
      [10_000, 0, 0, 0, false],
    ];
  for (const [sent, resent, limited, lossShare, isReceiverLimited] of spans) {
    await writeFile(join(folder, 'ss.now'), line(sent, resent, limited));
    clock.advance(10_000);
    await until('a look', () => facts.factOf('10.0.0.2', 99)?.asOfUs === clock.nowUs());
    const fact = facts.factOf('10.0.0.2', 99);
    assert.equal([fact?.lossShare, fact?.isReceiverLimited], [lossShare, isReceiverLimited], `${sent}`);
  }
});

test('a look that takes long is taken less often', async () => {
  await using ss = await program('sleep 0.1');
  using facts = new SocketFacts({ clock: systemClock, path: ss.path }, { maxShare: 0.004 });
  facts.start(8001, new AbortController().signal);
  assert.is(facts.periodMs, 10_000);
  facts.factOf('10.0.0.2', 99);
  await until('a look', () => facts.periodMs >= 25_000);
});

test('where the program is not installed nothing is known, and it is not looked for again', async () => {
  const clock = new FakeClock();
  using facts = new SocketFacts({ clock, path: '/nowhere' });
  facts.start(8001, new AbortController().signal);
  facts.factOf('10.0.0.2', 99);
  await until('it has given up', () => clock.pendingTimers === 0);
  assert.is(facts.factOf('10.0.0.2', 99), undefined);
  assert.is(clock.pendingTimers, 0);
});

test('a program that fails, floods or hangs makes nothing known, and the next look may', async () => {
  await using ss = await program('. "$0.now"');
  const [folder = ''] = ss.path.split(':');
  const good = 'echo "0 0 10.0.0.1:8001 10.0.0.2:99 cubic rtt:5/1"';
  const clock = new FakeClock();
  using facts = new SocketFacts({ clock, path: ss.path });
  facts.start(8001, new AbortController().signal);
  for (const bad of ['exit 1', `${good}; head -c 3000000 /dev/zero | tr '\\0' x`, `${good}; exec sleep 3`]) {
    await writeFile(join(folder, 'ss.now'), bad);
    facts.factOf('10.0.0.2', 99);
    await awhile();
    // To the next look, and to its limit.
    clock.advance(10_000);
    await awhile();
    clock.advance(5_000);
    await awhile();
    assert.is(facts.factOf('10.0.0.2', 99), undefined, bad);
    await writeFile(join(folder, 'ss.now'), good);
    for (let k = 0; k < 50 && facts.factOf('10.0.0.2', 99) === undefined; k += 1) {
      clock.advance(10_000);
      await awhile();
    }
    assert.is(facts.factOf('10.0.0.2', 99)?.rttMs, 5);
  }
});

test('it stops with its signal or by itself, before it has begun and twice, and its process with it', async () => {
  await using ss = await program('echo $PPID >>"$0.log"');
  const clock = new FakeClock();
  for (const end of ['signal', 'dispose'] as const) {
    const stopped = new AbortController();
    const facts = new SocketFacts({ clock, path: ss.path });
    facts[Symbol.dispose]();
    facts.start(8001, stopped.signal);
    facts.factOf('10.0.0.2', 99);
    let pid = 0;
    await until('it runs', () => {
      void ss.runs().then((pids) => {
        pid = Number(pids.at(-1));
      });
      return pid > 0;
    });
    if (end === 'signal') stopped.abort();
    else facts[Symbol.dispose]();
    facts[Symbol.dispose]();
    facts.factOf('10.0.0.2', 99);
    await until('no process is left', () => !isAlive(pid));
    assert.is(clock.pendingTimers, 0);
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.run();
