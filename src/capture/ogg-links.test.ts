import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteInput } from './byte-input.ts';
import { OggLinks } from './ogg-links.ts';

const test = suite('ogg links');
const never = new AbortController().signal;

/** A page of Ogg as far as its header matters here. */
function page(begins: boolean, body: Uint8Array): Buffer {
  const segments = Buffer.from([...Array(Math.floor(body.length / 255)).fill(255), body.length % 255]);
  const header = Buffer.alloc(27);
  header.write('OggS');
  header[5] = begins ? 2 : 0;
  header[26] = segments.length;
  return Buffer.concat([header, segments, body]);
}

/** What is read of each link when the bytes come in pieces of these sizes. */
async function linksOf(bytes: Buffer, sizes: Iterator<number>): Promise<Buffer[]> {
  const input = new ByteInput(Number.POSITIVE_INFINITY);
  for (let at = 0; at < bytes.length; ) {
    const size = sizes.next().value as number;
    input.push(Uint8Array.from(bytes.subarray(at, at + size)));
    at += size;
  }
  input.end();
  const links = new OggLinks(input);
  const all: Buffer[] = [];
  do {
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = await links.read(sizes.next().value as number, never);
      if (part === undefined) break;
      assert.ok(part.length > 0);
      parts.push(Uint8Array.from(part));
    }
    all.push(Buffer.concat(parts));
  } while (links.next());
  return all;
}

const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 3000 }));
const body = fc.uint8Array({ maxLength: 1200 });

test('every link is read as a whole, with nothing lost or added, however the bytes come', async () => {
  const link = fc.record({
    begins: fc.array(body, { minLength: 1, maxLength: 3 }),
    data: fc.array(body, { minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(link, { minLength: 1, maxLength: 5 }), sizes, async (given, cuts) => {
      const links = given.map(({ begins, data }) =>
        Buffer.concat([...begins.map((each) => page(true, each)), ...data.map((each) => page(false, each))]),
      );
      const read = await linksOf(Buffer.concat(links), cuts);
      assert.equal(
        read.map((each) => each.toString('hex')),
        links.map((each) => each.toString('hex')),
      );
    }),
  );
});

test('what is no Ogg, or damaged Ogg, is passed on to the last byte', async () => {
  const part = fc.oneof(
    body,
    body.map((bytes) => page(false, bytes)),
    body.map((bytes) => page(true, bytes).subarray(0, 20)),
    fc.constant(Buffer.from('OggOgg')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), sizes, async (parts, cuts) => {
      const bytes = Buffer.concat(parts);
      assert.is(Buffer.compare(Buffer.concat(await linksOf(bytes, cuts)), bytes), 0);
    }),
  );
});

test.run();
