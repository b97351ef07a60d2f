import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MjpegParts } from '../outputs/mjpeg-parts.ts';

interface Part {
  readonly header: { readonly sequence: number; readonly level: number };
  readonly jpeg: Uint8Array;
}
interface Parts {
  take(chunk: Uint8Array): Part[];
}

const test = suite('picture parts');
const { PictureParts } = (await import(new URL('ui/now/picture-parts.js', import.meta.url).href)) as {
  PictureParts: new () => Parts;
};

/** A stream as the station sends it. */
function streamOf(pictures: readonly Uint8Array[]): Buffer {
  const parts = new MjpegParts((ptsUs) => ptsUs);
  const bytes = pictures.flatMap((jpeg, i) => {
    const picture = { sequence: i + 1, ptsUs: 0, width: 4, height: 4, level: 70, data: Buffer.from(jpeg), encodeUs: 0 };
    return [parts.headOf(picture), jpeg, parts.tail];
  });
  return Buffer.concat([Buffer.from(parts.opening, 'latin1'), ...bytes]);
}

/** Among them pictures that look like what stands between pictures. */
const PICTURE = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc.constant(Buffer.from('\r\n\r\n--pipit-picture\r\nContent-Length: 3\r\n\r\n', 'latin1')),
);

test('wherever a stream is cut, every picture comes out as it went in, as soon as its last byte is there', () => {
  fc.assert(
    fc.property(fc.array(PICTURE, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 200 })), (pictures, cuts) => {
      const stream = streamOf(pictures);
      const parts = new PictureParts();
      const seen: Part[] = [];
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const size = cuts[i] ?? stream.length;
        seen.push(...parts.take(new Uint8Array(stream.subarray(at, at + size))));
        at += size;
      }
      assert.equal(
        seen.map(({ jpeg }) => [...jpeg]),
        pictures.map((jpeg) => [...jpeg]),
      );
      assert.equal(
        seen.map(({ header }) => header),
        pictures.map((_, i) => ({ sequence: i + 1, level: 70 })),
      );
    }),
  );
  const whole = streamOf([new Uint8Array([1, 2, 3])]);
  const tail = '\r\n--pipit-picture\r\n'.length;
  assert.is(new PictureParts().take(new Uint8Array(whole.subarray(0, -tail - 1))).length, 0);
  assert.is(new PictureParts().take(new Uint8Array(whole.subarray(0, -tail))).length, 1);
});

test('what is no stream of pictures is refused, and nothing is kept of it', () => {
  const refused = (text: string) => assert.throws(() => new PictureParts().take(Buffer.from(text, 'latin1')));
  refused('x'.repeat(5000));
  refused('--b\r\nContent-Type: image/jpeg\r\n\r\n');
  for (const length of ['0', '-1', 'many', '999999999999']) refused(`--b\r\nContent-Length: ${length}\r\n\r\n`);
});

test.run();
