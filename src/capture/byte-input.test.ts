import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BugError } from '../core/errors.ts';
import { ByteInput } from './byte-input.ts';

const test = suite('byte input');

async function drain(input: ByteInput, maxBytes: number): Promise<number[]> {
  const all: number[] = [];
  for (let chunk = await input.read(maxBytes); chunk !== null; chunk = await input.read(maxBytes)) all.push(...chunk);
  return all;
}

test('what goes in comes out whole and in order, however it is cut', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.integer({ min: 1, max: 64 }), async (chunks, max) => {
      const input = new ByteInput(100);
      for (const chunk of chunks) input.push(chunk);
      input.end();
      assert.equal(
        await drain(input, max),
        chunks.flatMap((chunk) => [...chunk]),
      );
      assert.is(input.bufferedBytes, 0);
    }),
  ));

test('a full queue says so and calls for more once half of it has been read', async () => {
  const input = new ByteInput(100);
  let drains = 0;
  input.onDrain = () => {
    drains += 1;
  };
  assert.is(input.push(new Uint8Array(60)), true);
  assert.is(input.push(new Uint8Array(60)), false);
  await input.read(60);
  assert.is(drains, 0);
  await input.read(60);
  assert.is(drains, 1);
  assert.is(input.push(new Uint8Array(10)), true);
});

test('a reader waits for bytes and for the end', async () => {
  const input = new ByteInput();
  const first = input.read(10);
  input.push(Uint8Array.of(1, 2, 3));
  assert.equal(await first, Uint8Array.of(1, 2, 3));
  const last = input.read(10);
  input.end();
  assert.is(await last, null);
  assert.is(input.push(Uint8Array.of(4)), true);
  assert.is(await input.read(10), null);
});

test('abandoning wakes the reader and forgets the rest', async () => {
  const input = new ByteInput();
  input.push(new Uint8Array(5));
  input.abandon();
  assert.is(await input.read(10), null);
});

test('a sender that never heeds a full queue is a bug, not a leak', () => {
  const input = new ByteInput(10);
  assert.throws(
    () => {
      for (let i = 0; i < 1_000; i += 1) input.push(new Uint8Array(10));
    },
    (error: unknown) => error instanceof BugError,
  );
});

test.run();
