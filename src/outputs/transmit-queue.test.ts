import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { TransmitQueues } from './transmit-queue.ts';

const test = suite('transmit-queue');

/** A connection as the station has it, and the other end. */
async function pair(listenOn = '127.0.0.1', connectTo = listenOn) {
  const server = createServer().listen(0, listenOn);
  await once(server, 'listening');
  const far = connect((server.address() as { port: number }).port, connectTo);
  far.on('error', () => {});
  const [near] = (await once(server, 'connection')) as [Socket];
  near.on('error', () => {});
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      server.close();
    },
  };
}

async function hasIpv6(): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen(0, '::1', () => resolve(true));
  const answer = await promise;
  server.close();
  return answer;
}

for (const [kind, listenOn, connectTo] of [
  ['IPv4', '127.0.0.1', '127.0.0.1'],
  ['IPv6', '::1', '::1'],
  ['IPv4 on a socket for both', '::', '127.0.0.1'],
] as const) {
  test(`what a reader that pauses has not received is known, ${kind}`, async () => {
    if (kind !== 'IPv4' && !(await hasIpv6())) return;
    await using sockets = await pair(listenOn, connectTo);
    const { near, far } = sockets;
    near.write('before');
    await once(far, 'data');
    far.pause();
    const watch = new TransmitQueues({ clock: systemClock }, { intervalMs: 5, maxShare: 1 }).watch(near);
    await until('the first look', () => watch.acknowledgedBytes !== undefined);
    assert.is(watch.acknowledgedBytes, 0, 'what was sent before the watch does not count');

    // More than both kernels' buffers hold, so a part stays with Node.
    const size = 32 * 1024 * 1024;
    near.write(Buffer.alloc(size));
    await until('the network has taken what it can', () => (watch.acknowledgedBytes ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await until('the window is closed', () => watch.isWindowClosed);
    const arrived = watch.acknowledgedBytes as number;
    assert.ok(arrived < size - 1024 * 1024, `${arrived} have arrived at a reader that does not read`);

    far.resume();
    await until('all has arrived', () => watch.acknowledgedBytes === size, 20_000);
    await until('the window is open', () => !watch.isWindowClosed);
    watch.unwatch();
    watch.unwatch();
  });
}

test('what arrives is what the other side has read, or its kernel for it', async () => {
  await using sockets = await pair();
  const { near, far } = sockets;
  const watch = new TransmitQueues({ clock: systemClock }, { intervalMs: 2, maxShare: 1 }).watch(near);
  let received = 0;
  far.on('data', (bytes) => {
    received += bytes.length;
  });
  let sent = 0;
  let before = 0;
  for (let i = 0; i < 40; i += 1) {
    near.write(Buffer.alloc(50_000));
    sent += 50_000;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const arrived = watch.acknowledgedBytes ?? 0;
    assert.ok(arrived >= before && arrived <= sent, `${before} <= ${arrived} <= ${sent}`);
    before = arrived;
  }
  await until('all is read', () => received === sent);
  await until('and known to be', () => watch.acknowledgedBytes === sent);
});

test('nothing is looked at while nobody watches, and no timer is left', async () => {
  await using one = await pair();
  await using other = await pair();
  const clock = new FakeClock();
  const queues = new TransmitQueues({ clock });
  assert.is(clock.pendingTimers, 0);
  const first = queues.watch(one.near);
  const second = queues.watch(other.near);
  assert.is(clock.pendingTimers, 1);
  clock.advance(50);
  assert.is(first.acknowledgedBytes, 0);
  assert.is(second.acknowledgedBytes, 0);
  first.unwatch();
  assert.is(clock.pendingTimers, 1);
  other.near.destroy();
  await once(other.near, 'close');
  assert.is(clock.pendingTimers, 0);
});

test('where the kernel tells nothing, nothing is known', async () => {
  await using sockets = await pair();
  const clock = new FakeClock();
  const queues = new TransmitQueues({ clock, root: '/nowhere' });
  const watch = queues.watch(sockets.near);
  sockets.near.write('hello');
  clock.advance(200);
  assert.is(watch.acknowledgedBytes, undefined);
  sockets.near.destroy();
  await once(sockets.near, 'close');
  assert.is(queues.watch(sockets.near).acknowledgedBytes, undefined);
  assert.is(clock.pendingTimers, 0);
});

test('its line is found among thousands, and no other is taken for it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pipit-queues-'));
  await using sockets = await pair();
  const { near } = sockets;
  const hex = (port: number | undefined): string => (port ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const line = (local: string, remote: string, queue: number): string =>
    ` ${local} ${remote} 01 ${queue.toString(16).toUpperCase().padStart(8, '0')}:000000FF 00:00000000 00000000`;
  const ours = `0100007F:${hex(near.localPort)}`;
  const theirs = `0100007F:${hex(near.remotePort)}`;
  const lines = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when',
    line(theirs, ours, 77),
    line(ours, `0200007F:${hex(near.remotePort)}`, 99),
    ...Array.from({ length: 1500 }, (_, i) => line(ours, `0100A8C0:${hex(i)}`, 3)),
    line(ours, theirs, 100),
    ...Array.from({ length: 1500 }, (_, i) => line(ours, `0200A8C0:${hex(i)}`, 3)),
  ];
  const numbered = lines.map((text, i) => (i === 0 ? text : `${String(i - 1).padStart(4)}:${text}`));
  await writeFile(join(root, 'tcp'), `${numbered.map((text) => text.padEnd(149)).join('\n')}\n`);
  const clock = new FakeClock();
  const watch = new TransmitQueues({ clock, root }).watch(near);
  near.write(Buffer.alloc(1000));
  clock.advance(50);
  assert.is(watch.acknowledgedBytes, 900);
  watch.unwatch();
  await rm(root, { recursive: true });
});

/** Each question takes it 1 ms, and a look at a short table asks twice. */
class SlowClock extends FakeClock {
  override nowUs(): number {
    this.#asked += 1;
    return super.nowUs() + this.#asked * 1_000;
  }
  #asked = 0;
}

/** A table that is always as short, and in which all has arrived. */
async function shortTable({ localPort = 0, remotePort = 0 }: Socket, lines = 1) {
  const root = await mkdtemp(join(tmpdir(), 'pipit-table-'));
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const end = `0100007F:${hex(localPort)} 0100007F:${hex(remotePort)}`;
  const other = '0100007F:0001 0100007F:0002';
  const text = Array.from({ length: lines }, (_, i) =>
    `   ${i}: ${i === lines - 1 ? end : other} 01 00000000:00000000 00:00000000 00000000     0`.padEnd(149),
  );
  await writeFile(join(root, 'tcp'), `${text.join('\n')}\n`);
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

test('who needs to know sooner has it looked at sooner, from now on', async () => {
  await using sockets = await pair();
  const queues = new TransmitQueues({ clock: systemClock }, { intervalMs: 60_000 });
  const watch = queues.watch(sockets.near);
  sockets.near.write('something');
  queues.every(10);
  await until('a look', () => watch.acknowledgedBytes === 9);
  const { asOfUs } = watch;
  await until('another', () => watch.asOfUs !== asOfUs);
  queues.every(60_000);
  watch.unwatch();
});

test('while nobody needs to know, looking takes only the part of the time that it is given', async () => {
  await using sockets = await pair();
  await using table = await shortTable(sockets.near);
  const clock = new SlowClock();
  const queues = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 0.5, savedMs: 10_000 });
  queues.every(10, 0.01);
  const watch = queues.watch(sockets.near);
  let looks = 0;
  let asOfUs: number | undefined;
  for (let ms = 0; ms < 1_000; ms += 10) {
    sockets.near.write('something');
    clock.advance(10);
    if (watch.asOfUs !== asOfUs) looks += 1;
    asOfUs = watch.asOfUs;
  }
  watch.unwatch();
  // 2 ms each: one in 200 ms.
  assert.ok(looks >= 3 && looks <= 8, `${looks}`);
});

test('a look that takes long is taken less often', async () => {
  await using sockets = await pair();
  await using table = await shortTable(sockets.near);
  const clock = new SlowClock();
  const queues = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 0.01, savedMs: 0 });
  const watch = queues.watch(sockets.near);
  clock.advance(10);
  assert.is(watch.acknowledgedBytes, 0);
  sockets.near.write('hello');
  await once(sockets.far, 'data');
  clock.advance(150);
  assert.is(watch.acknowledgedBytes, 0);
  clock.advance(50);
  assert.is(watch.acknowledgedBytes, 5);
});

test('after a time without looks some may come at short intervals whatever they take', async () => {
  await using sockets = await pair();
  await using table = await shortTable(sockets.near);
  const clock = new SlowClock();
  const queues = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 0.01, savedMs: 1000 });
  const watch = queues.watch(sockets.near);
  const looks: number[] = [];
  for (let k = 0; k < 60; k += 1) {
    sockets.near.write('hello');
    await once(sockets.far, 'data');
    const before = watch.acknowledgedBytes;
    clock.advance(10);
    if (watch.acknowledgedBytes !== before) looks.push(k);
  }
  assert.equal(looks.slice(0, 4), [0, 1, 2, 3]);
  assert.ok(looks.length < 15, `${looks.length} looks in 0.6 s, though each takes 2 ms of each 0.2 s`);
});

test('the moment of a figure is that of the look, and it goes on while nothing is on its way', async () => {
  await using sockets = await pair();
  const clock = new FakeClock();
  const watch = new TransmitQueues({ clock }, { intervalMs: 10, maxShare: 1 }).watch(sockets.near);
  assert.is(watch.asOfUs, undefined);
  clock.advance(10);
  assert.is(watch.asOfUs, clock.nowUs());
  sockets.near.write('hello');
  await once(sockets.far, 'data');
  const before = watch.asOfUs;
  clock.advance(5);
  assert.is(watch.asOfUs, before);
  clock.advance(20);
  assert.is(watch.acknowledgedBytes, 5);
  assert.is(watch.asOfUs, clock.nowUs() - 5_000);
});

test('a look that had to wait for others makes the next no later', async () => {
  await using sockets = await pair();
  const { near, far } = sockets;
  let lookMs = 0;
  /** A look takes it `lookMs`. */
  class BusyClock extends FakeClock {
    override nowUs(): number {
      this.#waitedUs += lookMs * 1000;
      return super.nowUs() + this.#waitedUs;
    }
    #waitedUs = 0;
  }
  await using table = await shortTable(near);
  const clock = new BusyClock();
  const queues = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 0.01, savedMs: 0 });
  const watch = queues.watch(near);
  clock.advance(10);
  assert.is(watch.acknowledgedBytes, 0);
  for (const [took, arrived] of [
    [0, 5],
    [200, 10],
    [0, 15],
  ] as const) {
    lookMs = took;
    near.write('hello');
    await once(far, 'data');
    clock.advance(40);
    assert.is(watch.acknowledgedBytes, arrived, `after a look of ${took} ms`);
  }
});

test('while a long look goes on others have their turn, and what it finds is of the moment it is found', async () => {
  await using sockets = await pair();
  // Seven pages of the size that is read at once.
  await using table = await shortTable(sockets.near, 3_000);
  const clock = new SlowClock();
  const watch = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 1 }).watch(sockets.near);
  sockets.near.write('hello');
  const turns: (number | undefined)[] = [];
  clock.after(10, () => {
    const turn = (): void => {
      turns.push(watch.acknowledgedBytes);
      if (watch.acknowledgedBytes === undefined) clock.after(0, turn);
    };
    turn();
  });
  const beforeUs = clock.nowUs();
  clock.advance(40);
  assert.ok(turns.length >= 2, `${turns.length}`);
  assert.is(turns.at(-1), 5);
  assert.ok((watch.asOfUs ?? 0) > beforeUs + 4_000);
  watch.unwatch();
});

test('a look that is under way ends with the last connection', async () => {
  await using sockets = await pair();
  await using table = await shortTable(sockets.near, 3_000);
  const clock = new SlowClock();
  const watch = new TransmitQueues({ clock, root: table.root }, { intervalMs: 10, maxShare: 1 }).watch(sockets.near);
  sockets.near.write('hello');
  clock.after(10, () => watch.unwatch());
  clock.advance(10);
  assert.is(watch.acknowledgedBytes, undefined);
  assert.is(clock.pendingTimers, 0);
});

test.run();
