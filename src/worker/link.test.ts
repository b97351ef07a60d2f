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
