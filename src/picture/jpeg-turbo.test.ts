import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MediaError } from '../core/errors.ts';
import { cjpeg, differenceOf, ffmpegJpeg, quantizationOf, samplePicture } from './jpeg.testing.ts';
import { checkJpeg } from './jpeg-info.ts';
import { decodeJpeg, encodeJpeg } from './jpeg-turbo.ts';
import type { Pixels } from './pixels.ts';

const test = suite('jpeg turbo');
const WIDTH = 163;
const HEIGHT = 97;
const sample = samplePicture(WIDTH, HEIGHT);

/** How decoding fails; what it puts out where it does not. */
async function decoded(jpeg: Buffer): Promise<Pixels | MediaError> {
  try {
    return await decodeJpeg(jpeg, WIDTH, HEIGHT);
  } catch (error) {
    assert.instance(error, MediaError);
    assert.is((error as MediaError).code, 'picture.damaged');
    return error as MediaError;
  }
}

test('what is encoded at high quality decodes to nearly the same picture', async () => {
  const pixels = await decodeJpeg(await encodeJpeg(sample, 95), WIDTH, HEIGHT);
  assert.ok(differenceOf(pixels, sample) < 5, `${differenceOf(pixels, sample)} levels off`);
  assert.ok(pixels.data.every((value, i) => i % 4 !== 3 || value === 255));
});

test('a quality means what it means for libjpeg: the quantization tables are the same', async () => {
  for (const quality of [10, 30, 50, 70, 90, 95]) {
    const ours = await encodeJpeg(sample, quality);
    const theirs = cjpeg(sample, '-baseline', '-quality', String(quality));
    assert.is(quantizationOf(ours), quantizationOf(theirs), `quality ${quality}`);
    assert.is(
      checkJpeg(ours).jpeg === undefined ? undefined : (checkJpeg(ours) as { quality: number }).quality,
      quality,
    );
  }
});

test('gray, 4:2:0, 4:2:2, 4:4:4, progressive and restarted JPEGs of other encoders decode', async () => {
  for (const jpeg of [
    cjpeg(sample, '-quality', '95'),
    cjpeg(sample, '-quality', '95', '-sample', '2x1'),
    cjpeg(sample, '-quality', '95', '-sample', '1x1'),
    cjpeg(sample, '-quality', '95', '-progressive'),
    cjpeg(sample, '-quality', '95', '-restart', '1'),
    ffmpegJpeg(sample, '-q:v', '2', '-pix_fmt', 'yuvj422p'),
    ffmpegJpeg(sample, '-q:v', '2', '-pix_fmt', 'yuvj444p'),
  ]) {
    const pixels = await decodeJpeg(jpeg, WIDTH, HEIGHT);
    assert.ok(differenceOf(pixels, sample) < 6, `${differenceOf(pixels, sample)} levels off`);
  }
  const gray = await decodeJpeg(cjpeg(sample, '-grayscale'), WIDTH, HEIGHT);
  assert.ok(gray.data.every((value, i) => i % 4 === 3 || value === gray.data[i - (i % 4)]));
});

test('a JPEG that is cut off anywhere is damaged', async () => {
  const jpeg = await encodeJpeg(sample, 80);
  for (let length = 0; length < jpeg.length - 2; length += 97) {
    assert.instance(await decoded(jpeg.subarray(0, length)), MediaError, `cut at ${length}`);
  }
});

test('garbage is damaged, and damage in the middle is refused or decodes to a picture of the size', async () => {
  const jpeg = await encodeJpeg(sample, 80);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 400 }),
      fc.nat(jpeg.length - 1),
      fc.boolean(),
      async (junk, at, isBare) => {
        const broken = isBare ? Buffer.from(junk) : Buffer.from(jpeg);
        if (!isBare) broken.set(junk.subarray(0, jpeg.length - at), at);
        const result = await decoded(broken);
        if (isBare) assert.instance(result, MediaError);
        else if (!(result instanceof MediaError)) assert.is(result.data.length, WIDTH * HEIGHT * 4);
      },
    ),
    { numRuns: 300 },
  );
});

test('a JPEG of another size than was said is damaged, larger or smaller', async () => {
  for (const other of [samplePicture(WIDTH + 1, HEIGHT), samplePicture(WIDTH, HEIGHT - 1), samplePicture(16, 16)]) {
    assert.instance(await decoded(await encodeJpeg(other, 80)), MediaError);
  }
});

test.run();
