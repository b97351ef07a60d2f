// deadline: 60 s
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import { until } from '../../testkit/until.ts';
import { Broker, freePort, Onlooker } from './broker.testing.ts';
import { brokerAddressOf } from './broker-address.ts';
import { BrokerLink, type BrokerLinkEvents } from './broker-link.ts';
import type { BrokerConnectionOptions } from './connection.ts';

const test = suite('BrokerLink');

interface Wishes extends Partial<BrokerConnectionOptions> {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly events?: Partial<BrokerLinkEvents>;
  readonly filters?: readonly string[];
}

function linkTo({ url, username = '', password = '', events = {}, filters = ['p/+/set'], ...more }: Wishes) {
  const log = new RecordingLog();
  const counters = new CounterSet();
  const load = async () => (await import('./broker-connection.ts')).openBrokerConnection;
  const link = new BrokerLink(
    { clock: systemClock, log, random: () => 0.5, counters, load },
    {
      prepare: async () => ({
        address: brokerAddressOf({ url, username, password }),
        version: '5',
        clientId: `test-${Math.random().toString(36).slice(2)}`,
        keepaliveSeconds: 30,
        ca: undefined,
        verifyCertificate: true,
        will: { topic: 'p/availability', payload: 'offline' },
        ...more,
      }),
      filters,
      birth: { topic: 'p/availability', payload: 'online' },
    },
    { onUp() {}, onDown() {}, onMessage() {}, afterMessage: (done) => done(), onSkipped() {}, ...events },
  );
  link.start();
  return { link, log, counters };
}

for (const version of ['5', '3.1.1'] as const) {
  test(`tells the latest values, then that it is online, and the will when it is gone (${version})`, async () => {
    await using broker = await Broker.start();
    await using onlooker = await Onlooker.start(broker.url);
    const { link } = linkTo({ url: broker.url, version });
    link.set('p/state', 'old', true);
    link.set('p/picture', Buffer.from([0xff, 0xd8]), false);
    link.set('p/state', 'new', true);
    await until('all is told', () => onlooker.latest.has('p/picture'));
    assert.equal(onlooker.order, ['p/state', 'p/availability', 'p/picture']);
    assert.is(onlooker.text('p/state'), 'new');
    assert.is(onlooker.text('p/availability'), 'online');
    await using later = await Onlooker.start(broker.url);
    await until('retained ones are told', () => later.latest.size === 2);
    assert.equal([...later.retained].sort(), ['p/availability', 'p/state']);
    await link.close({ topic: 'p/availability', payload: 'offline' });
    await until('it said so', () => onlooker.text('p/availability') === 'offline');
  });
}

test('a value that has not changed is told once', async () => {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  const { link } = linkTo({ url: broker.url });
  await until('it is up', () => link.isUp);
  for (let count = 0; count < 10; count += 1) link.set('p/state', 'same', true);
  link.set('p/end', 'x', false);
  await until('the end came', () => onlooker.latest.has('p/end'));
  assert.is(onlooker.count('p/state'), 1);
  await link.close();
});

test('after the broker was killed and started again all is told anew within five seconds, and nothing of between', async () => {
  await using broker = await Broker.start();
  const { link, log } = linkTo({ url: broker.url });
  link.set('p/state', '1', true);
  await until('it is up', () => link.isUp);
  await broker.kill();
  await until('it is down', () => !link.isUp);
  for (let value = 2; value <= 1000; value += 1) {
    link.set('p/state', String(value), true);
    link.tell('p/event', String(value));
  }
  await new Promise((done) => setTimeout(done, 4_000));
  await broker.startAgain();
  const backMs = performance.now();
  await using onlooker = await Onlooker.start(broker.url);
  await until('the last value is told', () => onlooker.text('p/state') === '1000');
  await until('it is online', () => onlooker.text('p/availability') === 'online');
  assert.ok(performance.now() - backMs < 5_000, `it took ${Math.round(performance.now() - backMs)} ms`);
  assert.is(onlooker.count('p/state'), 1);
  assert.not(onlooker.latest.has('p/event'));
  // That it went, and why it does not come back.
  assert.is(log.messages('warning').length, 2, log.text);
  await link.close();
});

test('with a certificate: the file names who signed it, a stranger is refused, verify can be switched off', async () => {
  await using broker = await Broker.start({ isSecure: true });
  const url = `mqtts://localhost:${broker.port}`;
  const stranger = linkTo({ url });
  await until('it is refused', () => stranger.link.status.trouble !== undefined);
  assert.is(stranger.link.status.trouble?.code, 'mqtt.certificate');
  await stranger.link.close();
  const known = linkTo({ url, ca: readFileSync(`${broker.dir}/cert.pem`, 'utf8') });
  await until('it is in', () => known.link.isUp);
  await known.link.close();
  const careless = linkTo({ url, verifyCertificate: false });
  await until('it is in', () => careless.link.isUp);
  await careless.link.close();
});

for (const version of ['5', '3.1.1'] as const) {
  test(`a wrong password is told as such, and is in no line of the log (${version})`, async () => {
    await using broker = await Broker.start({ user: { name: 'pipit', password: 'right' } });
    const wrong = linkTo({ url: broker.url, username: 'pipit', password: 'wr0ng-secret', version });
    await until('it is refused', () => wrong.link.status.trouble !== undefined);
    assert.is(wrong.link.status.trouble?.code, 'mqtt.credentials');
    assert.not.match(wrong.log.text, /wr0ng-secret/);
    await wrong.link.close();
    const right = linkTo({ url: `mqtt://pipit:right@127.0.0.1:${broker.port}`, version });
    await until('it is in', () => right.link.isUp);
    await right.link.close();
  });
}

test('messages come in with whether they were retained; longer ones than fit are left out', async () => {
  await using broker = await Broker.start();
  await using other = await Onlooker.start(broker.url, 'p/none');
  await other.say('p/old/set', 'kept', true);
  for (const version of ['5', '3.1.1'] as const) {
    const heard: string[] = [];
    const skipped: number[] = [];
    const { link } = linkTo({
      url: broker.url,
      version,
      events: {
        onMessage: (topic, payload, isRetained) => heard.push(`${topic} ${payload} ${isRetained}`),
        onSkipped: (size) => skipped.push(size),
      },
    });
    await until('the retained one came', () => heard.length > 0);
    await other.say('p/a/set', 'now');
    await other.say('p/b/set', Buffer.alloc(3_000_000, 1));
    await other.say('p/c/set', 'after');
    await until('the last one came', () => heard.length > 2);
    assert.equal(heard, ['p/old/set kept true', 'p/a/set now false', 'p/c/set after false']);
    // A broker that speaks version 5 knows the limit and does not even send it.
    assert.equal(skipped.length, version === '5' ? 0 : 1);
    assert.ok(link.isUp);
    await link.close();
  }
});

test('a broker that takes nothing does not make memory grow: what it has not taken yet is replaced', async () => {
  const sockets: Socket[] = [];
  await using server = await fakeBroker((socket) => {
    sockets.push(socket);
    socket.once('data', () => {
      socket.write(CONNACK_311);
      socket.pause();
    });
  });
  const { link, counters } = linkTo({ url: server.url, version: '3.1.1' });
  await until('it is up', () => link.isUp);
  const before = process.memoryUsage();
  const picture = Buffer.alloc(200_000);
  for (let count = 0; count < 3_000; count += 1) {
    picture.writeUInt32BE(count);
    link.set('p/picture', Buffer.from(picture), false);
    link.set('p/state', String(count), true);
    if (count % 100 === 0) await new Promise((done) => setImmediate(done));
  }
  // What is only waiting to be collected is not held.
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const after = process.memoryUsage();
  const grownMb = (after.external + after.heapUsed - before.external - before.heapUsed) / 1e6;
  assert.ok(grownMb < 100, `${Math.round(grownMb)} MB more after 600 MB of pictures`);
  assert.ok((counters.snapshot()['mqtt_sent_messages_total'] ?? 0) < 200);
  for (const socket of sockets) socket.destroy();
  await link.close();
});

test('a broker that accepts and says nothing, one that is not there and one that is none are told apart', async () => {
  await using web = await fakeBroker((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  });
  await using shut = await fakeBroker((socket) => void socket.once('data', () => socket.end()));
  const troubles: Record<string, string | undefined> = {};
  const urls = {
    web: web.url,
    shut: shut.url,
    none: `mqtt://127.0.0.1:${await freePort()}`,
    name: 'mqtt://no-such-host.invalid',
    tls: `mqtts://127.0.0.1:${web.url.split(':').at(-1)}`,
  };
  for (const [name, url] of Object.entries(urls)) {
    const { link } = linkTo({ url });
    await until(`${name} has failed`, () => link.status.trouble !== undefined);
    troubles[name] = link.status.trouble?.code;
    await link.close();
  }
  assert.equal(troubles, {
    web: 'mqtt.not-mqtt',
    shut: 'mqtt.closed',
    none: 'mqtt.nobody-there',
    name: 'mqtt.no-such-name',
    tls: 'mqtt.no-tls',
  });
});

test('a connection that has gone dead is noticed by the keepalive, whatever is sent', async () => {
  const sockets: Socket[] = [];
  await using server = await fakeBroker((socket) => {
    sockets.push(socket);
    socket.once('data', () => {
      socket.write(CONNACK_311);
      socket.resume();
    });
  });
  const { link } = linkTo({ url: server.url, version: '3.1.1', keepaliveSeconds: 1 });
  await until('it is up', () => link.isUp);
  const timer = setInterval(() => link.set('p/state', String(performance.now()), true), 50);
  await until('it is given up', () => link.status.trouble?.code === 'mqtt.no-answer');
  clearInterval(timer);
  await link.close();
  for (const socket of sockets) socket.destroy();
});

test('a broker that hangs up on long messages still gets the short ones', async () => {
  const told: string[] = [];
  await using server = await fakeBroker((socket) => {
    let bytes = 0;
    socket.once('data', () => {
      socket.write(CONNACK_311);
      socket.on('data', (data: Buffer) => {
        bytes += data.length;
        if (data.includes('short')) told.push('short');
        if (bytes > 10_000) socket.destroy();
      });
    });
  });
  const { link, log } = linkTo({ url: server.url, version: '3.1.1' });
  link.set('p/state', 'short', true);
  link.set('p/picture', Buffer.alloc(100_000), false);
  await until('it is careful', () => log.messages('warning').some((line) => line.includes('left out')), 20_000);
  told.length = 0;
  await until('the short one came', () => told.length > 0 && link.isUp);
  await new Promise((done) => setTimeout(done, 300));
  assert.ok(link.isUp);
  await link.close();
});

const CONNACK_311 = Buffer.from([0x20, 2, 0, 0]);

async function fakeBroker(onConnection: (socket: Socket) => void): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

test.run();
