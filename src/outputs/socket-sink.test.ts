import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SocketSink } from './socket-sink.ts';

const test = suite('socket-sink');

async function pair(): Promise<{ near: Socket; far: Socket; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as { port: number }).port, '127.0.0.1');
  far.on('error', () => {});
  const [near] = (await once(server, 'connection')) as [Socket];
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

test('bytes that the network takes at once need no drain', async () => {
  await using sockets = await pair();
  const sink = new SocketSink(sockets.near);
  let drains = 0;
  sink.onDrain = () => {
    drains += 1;
  };
  for (let i = 0; i < 20; i += 1) assert.ok(sink.write(Buffer.from('hello')));
  assert.ok(sink.writeAll([Buffer.from('a'), new Uint8Array(0), Buffer.from('b')]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(drains, 0);
});

test('a full network is told, and one drain follows when it has taken everything', async () => {
  await using sockets = await pair();
  sockets.far.pause();
  const sink = new SocketSink(sockets.near);
  const chunk = Buffer.alloc(64 * 1024, 7);
  let sent = 0;
  let drains = 0;
  const drained = new Promise<void>((resolve) => {
    sink.onDrain = () => {
      drains += 1;
      resolve();
    };
  });
  while (sent < 1e9) {
    sent += chunk.length;
    if (!sink.write(chunk)) break;
  }
  assert.ok(sent < 1e9, 'the network was never full');
  assert.is(drains, 0);
  let received = 0;
  const all = new Promise<void>((resolve) => {
    sockets.far.on('data', (data) => {
      received += data.length;
      if (received === sent) resolve();
    });
  });
  sockets.far.resume();
  await drained;
  await all;
  assert.is(drains, 1);
});

test('it tells once that the connection is gone, whoever ended it', async () => {
  await using sockets = await pair();
  const sink = new SocketSink(sockets.near);
  let closes = 0;
  const closed = new Promise<void>((resolve) => {
    sink.onClose = () => {
      closes += 1;
      resolve();
    };
  });
  sockets.far.resetAndDestroy();
  await closed;
  sink.close();
  sink.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(closes, 1);
});

test('a listener that hangs up is gone, on a socket that may be half open too', async () => {
  await using sockets = await pair();
  const sink = new SocketSink(sockets.near);
  const closed = new Promise<void>((resolve) => {
    sink.onClose = resolve;
  });
  sockets.far.end();
  await closed;
  assert.ok(sockets.near.destroyed);
});

test.run();
