import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { MediaError, NetworkError } from '../core/errors.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { type FakeSourceInput, FakeSourceMounts } from '../testkit/fake-source-mounts.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { SourcePort, type SourcePortOptions } from './source-port.ts';

const PASSWORD = 'correct horse';
const AUTH = `Authorization: Basic ${btoa(`source:${PASSWORD}`)}\r\n`;
const WRONG = `Authorization: Basic ${btoa('source:battery staple')}\r\n`;

interface Context {
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly counters: CounterSet;
  readonly mounts: FakeSourceMounts;
  readonly settings: { password: string; headerTimeoutMs: number; idleTimeoutMs: number };
  readonly port: SourcePort;
  readonly clients: Client[];
  open(options?: Partial<SourcePortOptions>): Promise<void>;
  /** Connects and sends. */
  send(text: string | Buffer): Client;
  /** The whole answer to a request. */
  ask(text: string | Buffer): Promise<string>;
}

/** A client's socket with all that came over it. */
class Client {
  readonly socket: Socket;
  received = '';
  isClosed = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    this.socket.on('error', () => {});
    this.socket.on('end', () => this.socket.end());
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  async closed(): Promise<string> {
    await until('the port closes the connection', () => this.isClosed);
    return this.received;
  }
}

const test = suite<Context>('SourcePort');

test.before.each(async (context) => {
  const made = context as { -readonly [K in keyof Context]: Context[K] };
  made.clock = new FakeClock();
  made.log = new RecordingLog();
  made.counters = new CounterSet();
  made.mounts = new FakeSourceMounts(['/stream', '/other']);
  made.settings = { password: PASSWORD, headerTimeoutMs: 5_000, idleTimeoutMs: 10_000 };
  made.clients = [];
  made.open = async (options = {}) => {
    await made.port?.[Symbol.asyncDispose]();
    const { log, clock, counters, mounts } = made;
    made.port = new SourcePort(
      { log, clock, counters, mounts },
      { host: '127.0.0.1', port: 0, settings: () => made.settings, ...options },
    );
    await made.port.start(new AbortController().signal);
  };
  made.send = (text) => {
    const client = new Client(made.port.address?.port ?? 0);
    made.clients.push(client);
    client.socket.write(text);
    return client;
  };
  made.ask = (text) => made.send(text).closed();
  await made.open();
});

test.after.each(async ({ port, clients }) => {
  for (const client of clients) client.socket.destroy();
  await port[Symbol.asyncDispose]();
});

function input({ mounts }: Context, index = 0): FakeSourceInput {
  const found = mounts.inputs[index];
  assert.ok(found, `no input ${index}`);
  return found;
}

async function firstInput(context: Context, index = 0): Promise<FakeSourceInput> {
  await until('an input is opened', () => context.mounts.inputs.length > index);
  return input(context, index);
}

test('SOURCE is told to go ahead, and what follows is media until it closes', async (context) => {
  const client = context.send(
    `SOURCE /stream ICE/1.0\r\n${AUTH}Content-Type: audio/mpeg\r\nIce-Name: Küche\r\n\r\nabc`,
  );
  await until('the answer', () => client.received !== '');
  assert.is(client.received, 'HTTP/1.0 200 OK\r\n\r\n');
  client.socket.end('def');
  assert.is(await (await firstInput(context)).over, 'ended');
  assert.is(input(context).bytes.toString(), 'abcdef');
  assert.is(input(context).client.contentType, 'audio/mpeg');
  assert.is(input(context).client.address, '127.0.0.1');
  assert.is(input(context).client.station.name, 'Küche');
  assert.is(await client.closed(), 'HTTP/1.0 200 OK\r\n\r\n');
});

test('PUT with Expect is told to continue, and answered at the end', async (context) => {
  const head = `PUT /stream HTTP/1.1\r\nHost: x\r\n${AUTH}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const client = context.send(head);
  await until('the go-ahead', () => client.received !== '');
  assert.is(client.received, 'HTTP/1.1 100 Continue\r\n\r\n');
  client.socket.write('3\r\nabc\r\n');
  await until('media', () => input(context).bytes.length > 0);
  client.socket.write('2\r\nde\r\n0\r\n\r\n');
  assert.match(await client.closed(), /100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n.*Received 5 bytes/s);
  assert.is(input(context).bytes.toString(), 'abcde');
  assert.is(input(context).outcome, 'ended');
});

test('PUT with a length is answered when all of it is there', async (context) => {
  const answer = await context.ask(`PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 4\r\n\r\nabcdxxxx`);
  assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
  assert.is(input(context).bytes.toString(), 'abcd');
});

test('an empty body is a stream that ends at once', async (context) => {
  assert.match(await context.ask(`PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 0\r\n\r\n`), '200 OK');
  assert.is(input(context).outcome, 'ended');
});

test('a body that is cut off aborts the input', async (context) => {
  const client = context.send(`PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 4\r\n\r\nab`);
  (await firstInput(context)) && client.socket.end();
  assert.match(await input(context).over, 'aborted: the client closed before the end');
});

test('a connection that breaks aborts the input', async (context) => {
  const client = context.send(`SOURCE /stream HTTP/1.0\r\n${AUTH}\r\nabc`);
  await until('media', () => context.mounts.inputs[0]?.bytes.length === 3);
  client.socket.resetAndDestroy();
  assert.match(await input(context).over, 'aborted: the connection broke');
  await until('it is forgotten', () => context.port.clients.length === 0);
});

test('broken chunks are refused, and the input aborted', async (context) => {
  const answer = await context.ask(`PUT /stream HTTP/1.1\r\n${AUTH}Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef`);
  assert.match(answer, /^HTTP\/1.1 400 /);
  assert.match(input(context).outcome, 'aborted: The chunked body');
});

test('an input that has enough holds the client up', async (context) => {
  context.mounts.prepare = (made) => {
    made.isFull = true;
  };
  const client = context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\n`);
  const media = Buffer.alloc(32 << 20, 'm');
  client.socket.end(media);
  const made = await firstInput(context);
  await until('a first portion', () => made.writes > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(made.writes, 1);
  // Held up is not idle.
  context.clock.advance(60_000);
  assert.is(made.outcome, 'open');
  made.drain();
  assert.is(await made.over, 'ended');
  assert.ok(made.bytes.equals(media));
});

test('a client that sends nothing for too long is gone', async (context) => {
  const client = context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\nabc`);
  await until('media', () => context.mounts.inputs[0]?.bytes.length === 3);
  context.clock.advance(9_000);
  client.socket.write('d');
  await until('more media', () => input(context).bytes.length === 4);
  context.clock.advance(9_999);
  assert.is(input(context).outcome, 'open');
  context.clock.advance(1);
  assert.match(input(context).outcome, 'aborted: Nothing came for 10 s');
  await client.closed();
});

test('an input that closes has the client told why', async (context) => {
  const client = context.send(`PUT /stream HTTP/1.1\r\n${AUTH}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`);
  const made = await firstInput(context);
  made.onClose(new MediaError('capture.decode', 'This is not sound', { remedy: 'Send sound.' }));
  assert.match(await client.closed(), /^HTTP\/1.1 415 .*This is not sound.\nSend sound.\n$/s);
  assert.is(made.outcome, 'open');
  assert.equal(context.port.clients, []);
});

test('who is sending shows while it is', async (context) => {
  const client = context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}User-Agent: darkice\r\n\r\nabc`);
  await until('media', () => context.port.clients[0]?.receivedBytes === 3);
  assert.is(context.port.clients[0]?.mount, '/stream');
  assert.is(context.port.clients[0]?.client.userAgent, 'darkice');
  assert.is(context.counters.snapshot().source_received_bytes_total, 3);
  client.socket.end();
  await until('it has ended', () => context.port.clients.length === 0);
});

test('without a password it asks for one, whichever the user', async (context) => {
  const answer = await context.ask('SOURCE /stream ICE/1.0\r\n\r\n');
  assert.match(answer, /^HTTP\/1.0 401 /);
  assert.match(answer, 'WWW-Authenticate: Basic realm=');
  const user = `Authorization: Basic ${btoa(`anybody:${PASSWORD}`)}\r\n`;
  assert.match(await context.ask(`PUT /stream HTTP/1.0\r\n${user}Content-Length: 1\r\n\r\na`), /^HTTP\/1.0 200/);
});

test('a wrong password is answered ever later, and stays out of the log', async (context) => {
  const first = context.send(`SOURCE /stream ICE/1.0\r\n${WRONG}\r\n`);
  await until('the wrong password', () => context.clock.pendingTimers === 1 && context.log.lines.length === 1);
  context.clock.advance(249);
  assert.is(first.received, '');
  context.clock.advance(1);
  await until('the answer', () => first.received.includes('401'));
  const second = context.send(`SOURCE /stream ICE/1.0\r\n${WRONG}\r\n`);
  await until('the wrong password', () => context.log.lines.length === 2);
  context.clock.advance(499);
  assert.is(second.received, '');
  context.clock.advance(1);
  await until('the answer', () => second.received.includes('401'));
  assert.is(context.counters.snapshot().source_wrong_passwords_total, 2);
  assert.not.match(context.log.text, 'staple');
  assert.equal(context.mounts.inputs, []);
});

test('a changed password holds from the next request on', async (context) => {
  context.settings.password = 'new';
  const auth = `Authorization: Basic ${btoa('source:new')}\r\n`;
  assert.match(await context.ask(`PUT /stream HTTP/1.1\r\n${auth}Content-Length: 1\r\n\r\na`), '200 OK');
});

test('with no password set nobody comes in', async (context) => {
  context.settings.password = '';
  const auth = `Authorization: Basic ${btoa('source:')}\r\n`;
  const answer = await context.ask(`SOURCE /stream ICE/1.0\r\n${auth}\r\n`);
  assert.match(answer, /^HTTP\/1.0 403 .*server.source_password/s);
});

test('requests that make no sense get an answer that says why', async (context) => {
  for (const [request, status, words] of [
    [`PUT /nowhere HTTP/1.1\r\n${AUTH}\r\n`, 404, 'There is: /stream, /other'],
    [`DELETE /stream HTTP/1.1\r\n${AUTH}\r\n`, 405, 'Allow: SOURCE, PUT, GET, OPTIONS'],
    [`POST /stream HTTP/1.1\r\n${AUTH}\r\n`, 405, 'Use one of'],
    [`GET /stream HTTP/1.1\r\n\r\n`, 404, 'server.listen_port'],
    [`PUT /stream HTTP/1.1\r\n${AUTH}Content-Type: text/html; charset=utf-8\r\n\r\n`, 415, 'text/html is not sound'],
    [`PUT /stream HTTP/1.1\r\n${AUTH}Expect: a-miracle\r\n\r\n`, 417, 'Expect'],
    [`PUT /stream HTTP/1.1\r\n${AUTH}Transfer-Encoding: gzip\r\n\r\n`, 501, 'chunked'],
    [`PUT /a/../stream HTTP/1.1\r\n${AUTH}\r\n`, 400, '".." segment'],
    [`PUT /%2e%2e/etc/passwd HTTP/1.1\r\n${AUTH}\r\n`, 400, '".." segment'],
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'TLS'],
    [`PUT /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`, 431, '16384 bytes'],
  ] as const) {
    const answer = await context.ask(request);
    assert.match(answer, new RegExp(`^HTTP/1\\.[01] ${status} `), request.slice(0, 60));
    assert.match(answer, words);
  }
  assert.equal(context.mounts.inputs, []);
});

test('OPTIONS says what there is', async (context) => {
  assert.match(await context.ask('OPTIONS * HTTP/1.1\r\n\r\n'), 'Allow: SOURCE, PUT, GET, OPTIONS');
});

test('garbage of any kind is answered or closed, and the next client is served', async (context) => {
  const noise = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919 + (index >> 3)) & 255));
  for (const garbage of [
    noise,
    Buffer.alloc(50_000),
    Buffer.from('\r\n'.repeat(10_000)),
    Buffer.from('{"a": 1}\r\n\r\n'),
  ]) {
    assert.match(await context.ask(garbage), /^HTTP\/1.0 400 /);
  }
  assert.match(await context.ask(`PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 1\r\n\r\na`), '200 OK');
});

test('an endless head is cut off early', async (context) => {
  const client = context.send('SOURCE /stream ICE/1.0\r\n');
  const junk = Buffer.alloc(1 << 20, 'X-Junk: junk\r\n');
  let sentBytes = 0;
  const more = (): void => {
    while (!client.isClosed && sentBytes < 1 << 30) {
      sentBytes += junk.length;
      if (!client.socket.write(junk)) return;
    }
  };
  client.socket.on('drain', more);
  more();
  await client.closed();
  assert.ok(sentBytes < 64 << 20, `${sentBytes} bytes were taken`);
  assert.match(client.received, /^HTTP\/1.0 431 /);
});

test('a head that comes too slowly is given up', async (context) => {
  const client = context.send('SOURCE /stream');
  await until('it is accepted', () => context.clock.pendingTimers === 1);
  context.clock.advance(4_999);
  client.socket.write(' ICE/1.0\r\n');
  context.clock.advance(1);
  assert.match(await client.closed(), /^HTTP\/1.0 408 /);
});

test('a head may come byte by byte', async (context) => {
  const client = context.send('');
  for (const byte of `PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 1\r\n\r\na`) {
    client.socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(await client.closed(), '200 OK');
});

test('a second source client of a mount is refused, and the first goes on', async (context) => {
  const first = context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\nabc`);
  const made = await firstInput(context);
  assert.match(await context.ask(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\n`), /^HTTP\/1.0 409 /);
  first.socket.write('def');
  await until('more media', () => made.bytes.length === 6);
  context.send(`SOURCE /other ICE/1.0\r\n${AUTH}\r\n`);
  await firstInput(context, 1);
});

test('a mount is free again as soon as its client has ended', async (context) => {
  for (let round = 0; round < 3; round++) {
    assert.match(await context.ask(`PUT /stream HTTP/1.1\r\n${AUTH}Content-Length: 1\r\n\r\na`), '200 OK');
  }
  assert.is(context.mounts.inputs.length, 3);
});

test('source clients are bounded in number', async (context) => {
  await context.open({ maxSources: 1 });
  context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\n`);
  await firstInput(context);
  assert.match(await context.ask(`SOURCE /other ICE/1.0\r\n${AUTH}\r\n`), /^HTTP\/1.0 503 .*Retry-After/s);
});

test('connections that say nothing are bounded in number', async (context) => {
  await context.open({ maxPendingPerAddress: 3 });
  const clients = Array.from({ length: 5 }, () => context.send(''));
  await until('two are turned away', () => clients.filter((client) => client.isClosed).length === 2);
  assert.is(context.counters.snapshot().source_connections_turned_away_total, 2);
});

test('a title reaches its mount', async (context) => {
  const url = '/admin/metadata?mode=updinfo&mount=/stream&song=Artist%20-%20Title';
  const answer = await context.ask(`GET ${url} HTTP/1.0\r\n${AUTH}\r\n`);
  assert.match(answer, /^HTTP\/1.0 200 .*<return>1<\/return>/s);
  assert.equal(context.mounts.metadata, [['/stream', { artist: 'Artist', title: 'Title' }]]);
});

test('a title needs the password, a mount and a meaning', async (context) => {
  const url = '/admin/metadata?mode=updinfo';
  assert.match(await context.ask(`GET ${url}&mount=/stream&song=x HTTP/1.0\r\n\r\n`), ' 401 ');
  assert.match(await context.ask(`GET ${url}&mount=/nowhere&song=x HTTP/1.0\r\n${AUTH}\r\n`), ' 404 ');
  assert.match(await context.ask(`GET ${url}&mount=/stream HTTP/1.0\r\n${AUTH}\r\n`), ' 400 ');
  assert.equal(context.mounts.metadata, []);
});

test('a port that is taken is an error with a remedy', async (context) => {
  const { clock, log, counters, mounts, settings } = context;
  const port = context.port.address?.port ?? 0;
  const second = new SourcePort(
    { clock, log, counters, mounts },
    { host: '127.0.0.1', port, settings: () => settings },
  );
  try {
    await second.start(new AbortController().signal);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, NetworkError);
    assert.match((error as NetworkError).remedy, 'source_port');
  }
  await second[Symbol.asyncDispose]();
});

test('stopping ends all connections, any number of times', async (context) => {
  const client = context.send(`SOURCE /stream ICE/1.0\r\n${AUTH}\r\nabc`);
  await firstInput(context);
  const idle = context.send('');
  await until('both are there', () => context.clock.pendingTimers === 2);
  await Promise.all([context.port[Symbol.asyncDispose](), context.port[Symbol.asyncDispose]()]);
  assert.match(input(context).outcome, 'aborted: Pipit stops');
  await Promise.all([client.closed(), idle.closed()]);
  assert.is(context.port.address, undefined);
});

test('an abort stops it too', async (context) => {
  const abort = new AbortController();
  const { clock, log, counters, mounts, settings } = context;
  const port = new SourcePort({ clock, log, counters, mounts }, { host: '::1', port: 0, settings: () => settings });
  await port.start(abort.signal);
  assert.is(port.address?.family, 'IPv6');
  abort.abort();
  await until('it stops', () => port.address === undefined);
});

test.run();
