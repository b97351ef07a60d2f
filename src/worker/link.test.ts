import { type Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LADDER } from '../core/rung.ts';
import { Link } from './link.ts';

const test = suite('link');
const pause = () => new Promise((resolve) => setImmediate(resolve));

/** What a link sends, as one run of bytes. */
async function sent(send: (link: Link) => void): Promise<Buffer> {
  const stream = new PassThrough();
  const link = new Link(stream, { onMessage() {}, onClose() {} });
  stream.removeAllListeners('data');
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  send(link);
  await pause();
  await pause();
  return Buffer.concat(chunks);
}

const item = fc.oneof(
  fc.record({ message: fc.dictionary(fc.string(), fc.string()) }),
  fc.record({ message: fc.dictionary(fc.string(), fc.string()), attached: fc.uint8Array({ maxLength: 60_000 }) }),
  fc.record({ input: fc.uint8Array({ maxLength: 60_000 }) }),
  fc.record({
    unit: fc.record({
      rung: fc.constantFrom(...LADDER),
      ptsUs: fc.nat(2 ** 31),
      durationUs: fc.nat(2 ** 31),
      sync: fc.boolean(),
      data: fc.uint8Array({ maxLength: 3_000 }),
    }),
  }),
);

test('what is sent arrives, in order, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 30 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 5_000 })),
      async (items, cuts) => {
        const bytes = await sent((link) => {
          for (const each of items) {
            if ('attached' in each) link.sendAttached(each.message, each.attached);
            else if ('message' in each) link.send(each.message);
            else if ('input' in each) link.sendInput(each.input);
            else link.sendUnit(each.unit);
          }
        });
        const received: unknown[] = [];
        const stream = new PassThrough();
        new Link(stream, {
          onMessage: (message, attached) =>
            received.push(attached === undefined ? { message } : { message, attached: Uint8Array.from(attached) }),
          onInput: (input) => received.push({ input: Uint8Array.from(input) }),
          onUnit: ({ rung, ptsUs, durationUs, sync, data }) =>
            received.push({ unit: { rung, ptsUs, durationUs, sync, data: Uint8Array.from(data) } }),
          onClose() {},
        });
        for (let at = 0; at < bytes.length; ) {
          const size = cuts.next().value as number;
          stream.emit('data', bytes.subarray(at, at + size));
          at += size;
        }
        const plain = (list: unknown[]): string =>
          JSON.stringify(list, (_, value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
          );
        assert.is(plain(received), plain(items));
      },
    ),
    { numRuns: 60 },
  );
});

test('a frame of impossible size ends the link instead of filling the memory', async () => {
  const stream: Duplex = new PassThrough();
  let error: Error | undefined;
  new Link(stream, {
    onMessage() {},
    onClose(cause) {
      error = cause;
    },
  });
  stream.emit('data', Buffer.alloc(64, 0xff));
  await pause();
  assert.match(error?.message ?? '', /frame of 4294967295 bytes/);
});

/** What ends a link that is sent these frames: kind and payload each. */
async function endedBy(...frames: readonly (readonly [kind: number, payload: Buffer])[]): Promise<string> {
  const stream: Duplex = new PassThrough();
  const ended: string[] = [];
  new Link(stream, {
    onMessage: () => ended.push('a message'),
    onUnit: () => ended.push('a unit'),
    onClose: (error) => ended.push(`${error?.message}`),
  });
  for (const [kind, payload] of frames) {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header[4] = kind;
    stream.emit('data', Buffer.concat([header, payload]));
  }
  await pause();
  return ended.join(', ');
}

function attachedTo(jsonBytes: number, rest: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(jsonBytes, 0);
  return Buffer.concat([bytes, Buffer.from(rest)]);
}

test('a frame whose inside makes no sense ends the link too, not the process', async () => {
  assert.is(await endedBy([1, Buffer.from('{"a":')]), "a message of 5 bytes that is none on a worker's link");
  assert.match(await endedBy([4, attachedTo(1_000, '{}')]), /^a message of 1000 bytes in a frame of 6 on/);
  assert.match(await endedBy([4, attachedTo(0xffffffff, '{}')]), /^a message of 4294967295 bytes in a frame of 6 on/);
  assert.match(await endedBy([4, Buffer.from('ab')]), /^a frame of 2 bytes on/);
  assert.match(await endedBy([4, attachedTo(1, '{}picture')]), /^a message of 1 bytes that is none on/);
  assert.match(await endedBy([2, Buffer.alloc(11)]), /^a unit of 11 bytes on/);
  assert.is(await endedBy([4, attachedTo(2, '{}')], [2, Buffer.alloc(12)]), 'a message, a unit');
});

test('the end of the stream is told once', async () => {
  const stream = new PassThrough();
  let closes = 0;
  new Link(stream, {
    onMessage() {},
    onClose() {
      closes += 1;
    },
  });
  stream.destroy(new Error('broken'));
  await pause();
  await pause();
  assert.is(closes, 1);
});

test.run();
