import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { JpegSplitter } from './jpeg-splitter.ts';

const test = suite('jpeg-splitter');

/** Pictures as ffmpeg makes them; `options` stand before its output. */
function makeJpegs(count: number, size: string, ...options: string[]): Buffer[] {
  const source = `testsrc=size=${size}:rate=10`;
  const input = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', source, '-frames:v', String(count)];
  const all = execFileSync('ffmpeg', [...input, '-c:v', 'mjpeg', ...options, '-f', 'mjpeg', 'pipe:1']);
  // They have no thumbnails: each SOI begins one.
  const starts: number[] = [];
  for (let at = all.indexOf('ffd8ff', 0, 'hex'); at >= 0; at = all.indexOf('ffd8ff', at + 1, 'hex')) starts.push(at);
  return starts.map((start, i) => all.subarray(start, starts[i + 1]));
}

/** A segment with its marker and length. */
function segment(code: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, code, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

const afterSoi = (jpeg: Buffer, more: Buffer): Buffer => Buffer.concat([jpeg.subarray(0, 2), more, jpeg.subarray(2)]);

const [first, second, third] = makeJpegs(3, '160x120') as [Buffer, Buffer, Buffer];

function split(stream: Buffer, chunkBytes: number, options = {}): Buffer[] {
  const splitter = new JpegSplitter(options);
  const pictures: Buffer[] = [];
  for (let at = 0; at < stream.length; at += chunkBytes) {
    pictures.push(...splitter.push(stream.subarray(at, at + chunkBytes)));
  }
  return pictures;
}

function assertSplit(stream: Buffer, expected: readonly Buffer[], options = {}): void {
  for (const chunkBytes of [1, 2, 3, 7, 1000, 4096, stream.length]) {
    const pictures = split(stream, chunkBytes, options);
    assert.is(pictures.length, expected.length, `in chunks of ${chunkBytes}`);
    for (const [i, picture] of pictures.entries()) assert.ok(picture.equals(expected[i] as Buffer), `picture ${i}`);
  }
}

test('pictures one after the other come out as they went in, however they are cut', () => {
  assertSplit(Buffer.concat([first, second, third]), [first, second, third]);
});

test('a thumbnail within a segment is no picture, nor is its end the end of the picture', () => {
  const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), first]));
  const withThumbnail = afterSoi(second, exif);
  assertSplit(Buffer.concat([withThumbnail, third, withThumbnail]), [withThumbnail, third, withThumbnail]);
});

test('restart markers, several scans and comments after the tables are passed over', () => {
  const restarts = makeJpegs(2, '160x120', '-threads', '4', '-slices', '4') as [Buffer, Buffer];
  const progressive = execFileSync('cjpeg', ['-progressive', '-restart', '1'], {
    input: execFileSync('djpeg', [], { input: first }),
  });
  assert.ok(progressive.includes(Buffer.from([0xff, 0xd0])), 'it has restart markers');
  const pictures = [progressive, ...restarts, afterSoi(first, segment(0xfe, Buffer.from([0xff, 0xd9, 0xff, 0xd8])))];
  assertSplit(Buffer.concat(pictures), pictures);
});

test('fill bytes before markers belong to the picture', () => {
  const filled = Buffer.concat([
    first.subarray(0, 2),
    Buffer.from([0xff, 0xff]),
    first.subarray(2, -2),
    Buffer.from([0xff, 0xff, 0xff, 0xd9]),
  ]);
  assertSplit(Buffer.concat([filled, second]), [filled, second]);
});

test('junk before, between and after is left out', () => {
  const junk = Buffer.from([0, 0xff, 0xd8, 0, 0xff, 0xd9, 0xff, 0, 0xd8, 0xff, 0xff]);
  assertSplit(Buffer.concat([junk, first, junk, junk, second, junk]), [first, second]);
});

test('a picture that is cut off is counted and costs no other', () => {
  for (const keptBytes of [2, 3, 20, Math.round(first.length / 2), first.length - 1]) {
    let damaged = 0;
    const onDamaged = (): void => {
      damaged += 1;
    };
    const stream = Buffer.concat([first.subarray(0, keptBytes), second, third]);
    const pictures = split(stream, 500, { onDamaged });
    assert.ok(pictures.at(-1)?.equals(third));
    // A segment that is cut off takes the beginning of what follows with it.
    if (keptBytes > 1000 || keptBytes < 3) assert.ok(pictures.at(-2)?.equals(second), `cut at ${keptBytes}`);
    assert.ok(damaged >= 1, `cut at ${keptBytes}`);
  }
});

test('a segment of an impossible length, or no marker where one must be, ends the picture', () => {
  for (const bad of [Buffer.from([0xff, 0xe0, 0, 1]), Buffer.from([0x12]), Buffer.from([0xff, 0x00])]) {
    let damaged = 0;
    const stream = Buffer.concat([afterSoi(first, Buffer.concat([segment(0xfe, Buffer.from('x')), bad])), second]);
    const pictures = split(stream, 64, {
      onDamaged: () => {
        damaged += 1;
      },
    });
    assert.is(pictures.length, 1);
    assert.ok(pictures[0]?.equals(second));
    assert.is(damaged, 1);
  }
});

test('a picture that is too long is left out, and those inside it with it', () => {
  const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), first]));
  const long = afterSoi(second, Buffer.concat([segment(0xe2, Buffer.alloc(60_000)), exif]));
  assertSplit(Buffer.concat([first, long, third]), [first, third], { maxBytes: 20_000 });
});

test('what never ends is not kept', () => {
  const splitter = new JpegSplitter({ maxBytes: 100_000 });
  const entropy = Buffer.alloc(64 * 1024, 0x55);
  splitter.push(first.subarray(0, -2));
  assert.is(splitter.heldBytes, first.length - 4);
  let most = 0;
  for (let i = 0; i < 1000; i += 1) {
    splitter.push(entropy);
    most = Math.max(most, splitter.heldBytes);
  }
  assert.ok(most > 64 * 1024 && most <= 100_000, `${most}`);
  assert.is(splitter.heldBytes, 0);
  assert.equal(splitter.push(Buffer.from([0xff, 0xd9])), []);
  assert.equal(splitter.push(second).length, 1);
});

test('the same pictures come out of any chunks, with any junk between', () => {
  const junk = fc.uint8Array({ maxLength: 40 }).map((bytes) => {
    // The beginning of a picture would be one.
    const text = Buffer.from(bytes).toString('latin1').replaceAll('\xff\xd8', '\xff\x00').replace(/\xff$/, '');
    return Buffer.from(text, 'latin1');
  });
  const jpegs = [first, second, third, ...makeJpegs(1, '16x16')];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...jpegs), junk), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }),
      (pictures, cuts) => {
        const stream = Buffer.concat(pictures.flat());
        const splitter = new JpegSplitter();
        const found: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const bytes = cuts[turn % cuts.length] as number;
          found.push(...splitter.push(stream.subarray(at, at + bytes)));
          at += bytes;
        }
        assert.is(found.length, pictures.length);
        for (const [i, picture] of found.entries()) assert.ok(picture.equals(pictures[i]?.[0] as Buffer));
      },
    ),
  );
});

test('any bytes at all give the same pictures however they are cut', () => {
  const markers = fc.constantFrom([0xff, 0xd8], [0xff, 0xd9], [0xff, 0xda, 0, 2], [0xff, 0xe0, 0, 4], [0xff], [0]);
  const bytes = fc
    .array(fc.oneof(markers, fc.uint8Array({ maxLength: 4 })), { maxLength: 60 })
    .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 9 }), (stream, chunkBytes) => {
      assert.equal(split(stream, chunkBytes, { maxBytes: 50 }), split(stream, 1000, { maxBytes: 50 }));
    }),
  );
});

test.run();
