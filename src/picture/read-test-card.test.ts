import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CODE_MODULUS, drawBlockCode } from './block-code.ts';
import { samplePicture } from './jpeg.testing.ts';
import { decodeJpeg, encodeJpeg } from './jpeg-turbo.ts';
import { newPixels } from './pixels.ts';
import { readTestCard, testCardAgeMs } from './read-test-card.ts';
import { shrunk } from './shrink.ts';

const test = suite('read test card');
const number = fc.nat(CODE_MODULUS - 1);

test('what is drawn is read back, in a picture of any size', () => {
  const width = fc.integer({ min: 64, max: 700 });
  fc.assert(
    fc.property(number, number, width, fc.double({ min: 0.1, max: 2, noNaN: true }), (frame, ms, wide, shape) => {
      const pixels = newPixels(wide, Math.ceil(wide * shape));
      pixels.data.fill(0);
      drawBlockCode(pixels, { frame, ms });
      assert.equal(readTestCard(pixels), { frame, ms });
    }),
    { numRuns: 200 },
  );
});

test('it is read from a JPEG of quality 20 that is 320 wide, of pictures of all usual sizes', async () => {
  for (const [width, height] of [
    [640, 480],
    [768, 576],
    [1280, 720],
    [1920, 1080],
    [320, 240],
  ] as const) {
    const pixels = samplePicture(width, height);
    await fc.assert(
      fc.asyncProperty(number, number, async (frame, ms) => {
        drawBlockCode(pixels, { frame, ms });
        const small = shrunk(pixels, 320);
        const jpeg = await encodeJpeg(small, 20);
        assert.equal(readTestCard(await decodeJpeg(jpeg, small.width, small.height)), { frame, ms });
      }),
      { numRuns: 12 },
    );
  }
});

test('a square that is turned over is noticed, wherever it is', () => {
  const pixels = newPixels(320, 240);
  for (let row = 0; row < 2; row += 1) {
    for (let column = 0; column < 32; column += 1) {
      drawBlockCode(pixels, { frame: 123_456, ms: 7_654_321 });
      for (let y = row * 10; y < row * 10 + 10; y += 1) {
        for (let at = (y * 320 + column * 10) * 4, end = at + 40; at < end; at += 1) {
          pixels.data[at] = 255 - (pixels.data[at] as number);
        }
      }
      assert.is(readTestCard(pixels), undefined);
    }
  }
});

test('black, white, gray and other pictures have no code, nor has one that is too small', () => {
  for (const value of [0, 127, 255]) {
    const plain = newPixels(320, 240);
    plain.data.fill(value);
    assert.is(readTestCard(plain), undefined);
  }
  assert.is(readTestCard(samplePicture(320, 240)), undefined);
  assert.is(readTestCard(newPixels(1, 1)), undefined);
});

test('counts begin again at their modulus, and the age of a picture is right over that', () => {
  const pixels = newPixels(320, 20);
  drawBlockCode(pixels, { frame: CODE_MODULUS + 5, ms: 3 * CODE_MODULUS + 1000 });
  const code = readTestCard(pixels);
  assert.equal(code, { frame: 5, ms: 1000 });
  assert.is(testCardAgeMs({ frame: 5, ms: 1000 }, (7 * CODE_MODULUS + 1250) * 1000), 250);
  assert.is(testCardAgeMs({ frame: 5, ms: CODE_MODULUS - 100 }, (7 * CODE_MODULUS + 100) * 1000), 200);
});

test.run();
