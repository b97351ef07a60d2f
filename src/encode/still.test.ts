import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceOf, samplePicture } from '../picture/jpeg.testing.ts';
import type { Pixels } from '../picture/pixels.ts';
import { encodeStill } from './still.ts';

const test = suite('still');
const PICTURE = samplePicture(150, 90);

/** By ffmpeg, whose output can only be as long as the picture is large. */
async function decodedWebp(webp: Buffer): Promise<Pixels> {
  const options = ['-f', 'webp_pipe', '-i', 'pipe:0', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
  const data = execFileSync('ffmpeg', ['-v', 'error', ...options], { input: webp });
  return { width: 150, height: data.length / 600, data };
}

async function decodedAvif(avif: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(avif).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

for (const [format, decode] of [
  ['webp', decodedWebp],
  ['avif', decodedAvif],
] as const) {
  test(`${format} shows the same picture in the same size, and a better one takes more bytes`, async () => {
    const good = await encodeStill(PICTURE, format, 90);
    const poor = await encodeStill(PICTURE, format, 20);
    assert.ok(poor.length < good.length);
    const seen = await decode(good);
    assert.equal([seen.width, seen.height], [150, 90]);
    assert.ok(differenceOf(seen, PICTURE) < 8);
  });
}

test.run();
