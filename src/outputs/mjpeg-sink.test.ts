import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import type { Picture } from '../core/picture.ts';
import { until } from '../testkit/until.ts';
import { MjpegParts } from './mjpeg-parts.ts';
import { MjpegSink } from './mjpeg-sink.ts';
import { TransmitQueues } from './transmit-queue.ts';

const test = suite('mjpeg-sink');
const parts = new MjpegParts((ptsUs) => 1_700_000_000_000_000 + ptsUs);

function picture(sequence: number, sizeBytes = 1000): Picture {
  const data = Buffer.alloc(sizeBytes, sequence);
  return { sequence, ptsUs: sequence * 1_000, width: 64, height: 48, level: 70, data, encodeUs: 0 };
}

async function connection() {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as { port: number }).port, '127.0.0.1');
  far.on('error', () => {});
  const [near] = (await once(server, 'connection')) as [Socket];
  const sink = new MjpegSink(near, parts, new TransmitQueues({ clock: systemClock }, { intervalMs: 5, maxShare: 1 }));
  return {
    near,
    far,
    sink,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      server.close();
    },
  };
}

test('a part comes with the delimiter that makes browsers show it', async () => {
  await using viewer = await connection();
  let received = '';
  viewer.far.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  const sent = picture(3, 5);
  assert.ok(viewer.sink.send(sent));
  const expected =
    'Content-Type: image/jpeg\r\nContent-Length: 5\r\nX-Timestamp: 1700000000.003000\r\n' +
    `X-Pipit-Sequence: 3\r\nX-Pipit-Level: 70\r\n\r\n${sent.data.toString('latin1')}\r\n--pipit-picture\r\n`;
  await until('the part is there', () => received.length >= expected.length);
  assert.is(received, expected);
  assert.is(viewer.sink.bytesSent, expected.length);
  await until('it is known to be there', () => viewer.sink.unacknowledgedBytes === 0);
});

test('the head of a part is made once for all viewers', () => {
  const one = picture(1);
  assert.is(parts.headOf(one), parts.headOf(one));
  assert.is.not(parts.headOf(one), parts.headOf(picture(1)));
});

test('a viewer that does not read is full, and free again when it has read', async () => {
  await using viewer = await connection();
  const { far, sink } = viewer;
  far.pause();
  let drains = 0;
  sink.onDrain = () => {
    drains += 1;
  };
  let count = 0;
  while (count < 1000 && sink.send(picture(count, 100_000))) count += 1;
  assert.ok(count < 1000, 'the network was never full');
  await until('a part of it has arrived', () => (sink.unacknowledgedBytes ?? sink.bytesSent) < sink.bytesSent);
  const waiting = sink.unacknowledgedBytes as number;
  assert.ok(waiting > 100_000, `${waiting} bytes wait`);
  assert.is(drains, 0);

  let received = 0;
  far.on('data', (bytes) => {
    received += bytes.length;
  });
  far.resume();
  await until('everything is read', () => received === sink.bytesSent);
  await until('everything is known to have arrived', () => sink.unacknowledgedBytes === 0);
  assert.is(drains, 1);
  assert.ok(sink.send(picture(count + 1)));
});

test('after its end nothing is sent, and no drain comes', async () => {
  await using viewer = await connection();
  const { far, sink } = viewer;
  far.pause();
  let drains = 0;
  let closes = 0;
  sink.onDrain = () => {
    drains += 1;
  };
  sink.onClose = () => {
    closes += 1;
  };
  let count = 0;
  while (count < 1000 && sink.send(picture(count, 100_000))) count += 1;
  const { bytesSent } = sink;
  sink.close();
  sink.close();
  assert.ok(sink.send(picture(1)));
  assert.is(sink.bytesSent, bytesSent);
  await until('the end is told', () => closes === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(closes, 1);
  assert.is(drains, 0);
});

test('a viewer that hangs up is gone', async () => {
  await using viewer = await connection();
  let closes = 0;
  viewer.sink.onClose = () => {
    closes += 1;
  };
  viewer.far.end();
  await until('the end is told', () => closes === 1);
});

test.run();
