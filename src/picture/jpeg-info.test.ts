import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cjpeg, ffmpegJpeg, samplePicture, segmentsOf, without } from './jpeg.testing.ts';
import { type CheckedJpeg, checkJpeg } from './jpeg-info.ts';
import { decodeJpeg, encodeJpeg } from './jpeg-turbo.ts';
import { standardHuffman } from './standard-huffman.ts';

const test = suite('jpeg info');
const WIDTH = 200;
const HEIGHT = 120;
const sample = samplePicture(WIDTH, HEIGHT);
const DHT = 0xc4;
const DQT = 0xdb;
const SOF0 = 0xc0;
const SOS = 0xda;

function good(bytes: Buffer): CheckedJpeg {
  const checked = checkJpeg(bytes);
  if (checked.jpeg === undefined) throw new Error(`refused as ${checked.reason}`);
  return checked;
}

function reasonOf(bytes: Buffer): string | undefined {
  const checked = checkJpeg(bytes);
  return checked.jpeg === undefined ? checked.reason : undefined;
}

/** A copy in which the byte at `offset` behind the first marker of that kind is another one. */
function patched(jpeg: Buffer, marker: number, offset: number, value: number): Buffer {
  const copy = Buffer.from(jpeg);
  copy[(segmentsOf(jpeg).find((segment) => segment.marker === marker)?.from ?? 0) + offset] = value;
  return copy;
}

test('size and kind are told, and a whole JPEG is not copied', () => {
  const jpeg = cjpeg(sample, '-quality', '75');
  const { jpeg: checked, ...rest } = good(jpeg);
  assert.equal(rest, { width: WIDTH, height: HEIGHT, quality: 75, isProgressive: false, isCompleted: false });
  assert.is(checked.buffer, jpeg.buffer);
  assert.is(checked.byteOffset, jpeg.byteOffset);
  assert.is(checked.length, jpeg.length);
});

test('every quality of libjpeg is read back, from tables of 8 and of 16 bits', async () => {
  const small = samplePicture(16, 16);
  for (let quality = 1; quality <= 100; quality += 1) {
    assert.is(good(await encodeJpeg(small, quality)).quality, quality);
  }
  for (const quality of [2, 10, 24]) assert.is(good(cjpeg(small, '-quality', String(quality))).quality, quality);
});

test('a foreign table has the quality of the nearest one, and finer steps mean a better one', () => {
  const qualities = [2, 4, 8, 16, 31].map((q) => good(ffmpegJpeg(sample, '-q:v', String(q))).quality);
  assert.equal(
    qualities,
    [...qualities].sort((a, b) => b - a),
  );
  assert.ok((qualities[0] as number) > 85, qualities.join());
  assert.ok((qualities[4] as number) < 40, qualities.join());
});

test('the JPEGs of other encoders pass', () => {
  for (const jpeg of [
    cjpeg(sample, '-grayscale'),
    cjpeg(sample, '-optimize'),
    cjpeg(sample, '-sample', '1x1'),
    cjpeg(sample, '-sample', '2x1', '-restart', '1'),
    cjpeg(sample, '-restart', '3B'),
    cjpeg(sample, '-restart', '200B'),
    cjpeg(sample, '-restart', '3B', '-grayscale'),
    ffmpegJpeg(sample),
    ffmpegJpeg(sample, '-huffman', 'default', '-threads', '4', '-slices', '4'),
  ]) {
    assert.is(good(jpeg).jpeg.length, jpeg.length);
  }
});

test('progressive ones with several scans pass, with restarts too', () => {
  for (const options of [['-progressive'], ['-progressive', '-restart', '2B'], ['-progressive', '-restart', '1']]) {
    const { isProgressive, quality } = good(cjpeg(sample, '-quality', '60', ...options));
    assert.ok(isProgressive);
    assert.is(quality, 60);
  }
});

test('what follows EOI is left out', () => {
  const jpeg = cjpeg(sample);
  for (const junk of [[0], [0xff, 0xd9], [0xff, 0xd8, 0xff], Array.from({ length: 5000 }, (_, i) => i)]) {
    assert.equal(good(Buffer.concat([jpeg, Buffer.from(junk)])).jpeg, jpeg);
  }
});

test('fill bytes in front of markers are no damage', () => {
  const jpeg = cjpeg(sample);
  const parts = segmentsOf(jpeg).flatMap(({ from, to }) => [Buffer.of(0xff, 0xff), jpeg.subarray(from, to)]);
  const data = jpeg.subarray(segmentsOf(jpeg).at(-1)?.to, -2);
  const filled = Buffer.concat([jpeg.subarray(0, 2), ...parts, data, Buffer.of(0xff, 0xff, 0xff, 0xd9)]);
  assert.is(good(filled).jpeg.length, filled.length);
});

test('the standard Huffman tables are those of libjpeg', () => {
  const jpeg = cjpeg(sample, '-quality', '75');
  const tables = segmentsOf(jpeg).filter((segment) => segment.marker === DHT);
  const body = Buffer.concat(tables.map(({ from, to }) => jpeg.subarray(from + 4, to)));
  assert.equal(standardHuffman().subarray(4), body);
});

test('a JPEG without Huffman tables is given them and decodes to the same picture', async () => {
  for (const jpeg of [cjpeg(sample), cjpeg(sample, '-grayscale')]) {
    const bare = without(jpeg, DHT);
    const { jpeg: completed, isCompleted } = good(bare);
    assert.ok(isCompleted);
    assert.is(completed.length, bare.length + standardHuffman().length);
    assert.equal(await decodeJpeg(completed, WIDTH, HEIGHT), await decodeJpeg(jpeg, WIDTH, HEIGHT));
  }
});

test('some of the Huffman tables, or none for a progressive one, are too few', () => {
  const jpeg = cjpeg(sample);
  const last = segmentsOf(jpeg).findLast((segment) => segment.marker === DHT);
  const fewer = Buffer.concat([jpeg.subarray(0, last?.from), jpeg.subarray(last?.to)]);
  assert.is(reasonOf(fewer), 'bad-tables');
  assert.is(reasonOf(without(cjpeg(sample, '-progressive'), DHT)), 'bad-tables');
});

test('missing, impossible and unknown tables are bad tables', () => {
  const jpeg = cjpeg(sample);
  assert.is(reasonOf(without(jpeg, DQT)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, DQT, 4, 0x02)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, DQT, 4, 0x20)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, DQT, 9, 0)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, DHT, 5, 3)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, DHT, 22, 16)), 'bad-tables');
  assert.is(reasonOf(patched(jpeg, SOS, 6, 0x22)), 'bad-tables');
});

test('impossible sizes are refused, and kinds that browsers do not show', () => {
  const jpeg = cjpeg(sample);
  assert.is(reasonOf(patched(jpeg, SOF0, 5, 0x1f)), undefined);
  assert.is(reasonOf(patched(jpeg, SOF0, 5, 0x20)), 'bad-size');
  assert.is(reasonOf(patched(jpeg, SOF0, 7, 0xff)), 'bad-size');
  assert.is(reasonOf(patched(jpeg, SOF0, 8, 0)), 'bad-size');
  assert.is(reasonOf(patched(jpeg, SOF0, 4, 12)), 'unsupported');
  assert.is(reasonOf(patched(jpeg, SOF0, 1, 0xc3)), 'unsupported');
  assert.is(reasonOf(patched(jpeg, SOF0, 1, 0xc9)), 'unsupported');
  assert.is(reasonOf(cjpeg(sample, '-arithmetic')), 'unsupported');
});

test('a scan of unknown, repeated or too many blocks is damage', () => {
  const jpeg = cjpeg(sample);
  assert.is(reasonOf(patched(jpeg, SOS, 5, 9)), 'damaged');
  assert.is(reasonOf(patched(jpeg, SOS, 7, 1)), 'damaged');
  assert.is(reasonOf(patched(jpeg, SOF0, 11, 0x44)), 'damaged');
  assert.is(reasonOf(patched(jpeg, SOF0, 11, 0x02)), 'damaged');
});

test('two pictures run together are damage, and so are data missing between restarts', () => {
  const jpeg = cjpeg(sample, '-restart', '1');
  assert.is(reasonOf(Buffer.concat([jpeg.subarray(0, -500), jpeg])), 'damaged');
  const second = jpeg.indexOf(Buffer.of(0xff, 0xd1));
  const third = jpeg.indexOf(Buffer.of(0xff, 0xd2));
  const end = jpeg.subarray(-2);
  assert.is(reasonOf(Buffer.concat([jpeg.subarray(0, second), jpeg.subarray(third)])), 'damaged');
  assert.is(reasonOf(Buffer.concat([jpeg.subarray(0, third), end])), 'damaged');
  const unannounced = without(jpeg, 0xdd);
  assert.is(reasonOf(unannounced), 'damaged');
});

test('a JPEG that is cut off anywhere is truncated, never taken for whole', () => {
  for (const options of [[], ['-progressive'], ['-restart', '1'], ['-grayscale']]) {
    const jpeg = cjpeg(sample, ...options);
    for (let length = 2; length < jpeg.length; length += 1) {
      assert.is(reasonOf(jpeg.subarray(0, length)), 'truncated', `${options.join()}: cut at ${length}`);
    }
  }
});

test('what is no JPEG is none', () => {
  for (const bytes of [[], [0xff], [0xff, 0xd9], [0, 0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47]]) {
    assert.is(reasonOf(Buffer.from(bytes)), 'no-jpeg');
  }
  assert.is(reasonOf(Buffer.of(0xff, 0xd8, 0xff, 0xd9)), 'truncated');
});

test('a progressive one of endless scans is refused', () => {
  const jpeg = cjpeg(sample, '-progressive');
  const { from } = segmentsOf(jpeg).at(-1) as { from: number };
  const end = jpeg.indexOf(Buffer.of(0xff, DHT), from);
  const scan = jpeg.subarray(from, end);
  const endless = [jpeg.subarray(0, from), ...new Array<Buffer>(1000).fill(scan), jpeg.subarray(-2)];
  assert.is(reasonOf(Buffer.concat(endless)), 'unsupported');
});

test('damage of any kind is answered, never thrown at, and what passes is no longer than what came', () => {
  const jpegs = [[], ['-progressive'], ['-restart', '1'], ['-optimize']].map((options) => cjpeg(sample, ...options));
  const bare = without(jpegs[0] as Buffer, DHT);
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.boolean()), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.constantFrom(...jpegs, bare), damage, fc.nat(3000), (jpeg, hits, cut) => {
      const broken = Buffer.from(jpeg.subarray(0, jpeg.length - (cut % 4 === 0 ? cut : 0)));
      for (const [part, value, isEarly] of hits) {
        // Half of the hits fall into the header, where they do most.
        const at = Math.floor(part * Math.min(broken.length - 1, isEarly ? 700 : Number.POSITIVE_INFINITY));
        broken[at] = value;
      }
      const checked = checkJpeg(broken);
      if (checked.jpeg === undefined) return;
      assert.ok(checked.jpeg.length <= broken.length + (checked.isCompleted ? standardHuffman().length : 0));
      assert.ok(checked.width >= 1 && checked.width <= 8192 && checked.height >= 1 && checked.height <= 8192);
      assert.ok(checked.quality >= 1 && checked.quality <= 100);
      assert.equal(checked.jpeg.subarray(-2), Buffer.of(0xff, 0xd9));
      assert.is(good(checked.jpeg).jpeg.length, checked.jpeg.length);
    }),
    { numRuns: 3000 },
  );
});

test.run();
