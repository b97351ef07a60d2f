import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteInput } from './byte-input.ts';

const test = suite('byte input');
const never = new AbortController().signal;

async function readAll(input: ByteInput, sizes: Iterator<number>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const maxBytes = sizes.next().value as number;
    const bytes = await input.read(maxBytes, never);
    if (bytes === undefined) return Buffer.concat(parts);
    assert.ok(bytes.length >= 1 && bytes.length <= maxBytes);
    parts.push(bytes);
  }
}

test('what is pushed is read, in order, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 })),
      fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
      async (chunks, sizes) => {
        const input = new ByteInput(100);
        const reading = readAll(input, sizes);
        for (const [index, chunk] of chunks.entries()) {
          input.push(Uint8Array.from(chunk));
          if (index % 3 === 0) await Promise.resolve();
        }
        input.end();
        assert.equal(await reading, Buffer.concat(chunks));
        assert.is(input.queuedBytes, 0);
      },
    ),
  );
});

test('a supplier that goes over the limit is told to pause, and later, once, to go on', async () => {
  const input = new ByteInput(100);
  let drains = 0;
  input.onDrain = () => {
    drains += 1;
  };
  assert.is(input.push(new Uint8Array(100)), true);
  assert.is(input.push(new Uint8Array(1)), false);
  assert.is(input.push(new Uint8Array(50)), false, 'it takes bytes nevertheless');
  await input.read(100, never);
  assert.is(input.queuedBytes, 51);
  assert.is(drains, 0);
  await input.read(100, never);
  assert.is(drains, 1);
  assert.is(input.push(new Uint8Array(1)), true);
});

test('a reader that waits is woken by the end', async () => {
  const input = new ByteInput();
  const reading = input.read(10, never);
  input.end();
  assert.is(await reading, undefined);
  assert.is(input.push(new Uint8Array(10)), true, 'what comes after the end is dropped');
  assert.is(input.queuedBytes, 0);
});

test('a reader that waits is let go when its signal aborts', async () => {
  const input = new ByteInput();
  const stop = new AbortController();
  const reading = input.read(10, stop.signal);
  stop.abort();
  assert.is(await reading, undefined);
  input.push(new Uint8Array(3));
  assert.is((await input.read(10, never))?.length, 3, 'the next reader gets what came since');
});

test.run();
