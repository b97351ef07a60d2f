import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Luma, lumaSsim } from './luma-ssim.ts';

const test = suite('luma ssim');
const WIDTH = 160;
const HEIGHT = 96;

/** Waves, and noise of that strength. */
function sample(noise: number, seed = 1): Luma {
  const data = new Uint8Array(WIDTH * HEIGHT);
  let random = seed;
  for (let i = 0; i < data.length; i += 1) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const wave = 100 + 60 * Math.sin((i % WIDTH) / 9) + 30 * Math.cos(i / WIDTH / 5);
    data[i] = wave + ((random >>> 16) / 65_536 - 0.5) * noise;
  }
  return { width: WIDTH, height: HEIGHT, stride: WIDTH, data };
}

/** What FFmpeg's filter says. */
function ffmpegSsim(one: Luma, other: Luma): number {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-ssim-'));
  try {
    const input = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-i'];
    const [a, b] = [one, other].map(({ data }, i) => {
      const path = join(dir, `${i}.gray`);
      writeFileSync(path, data);
      return path;
    }) as [string, string];
    const args = ['-hide_banner', ...input, a, ...input, b, '-lavfi', 'ssim', '-f', 'null', '-'];
    const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
    return Number(/All:([\d.]+)/.exec(stderr)?.[1]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('a picture is wholly similar to itself, and less so the noisier it gets', () => {
  assert.is(lumaSsim(sample(0), sample(0)), 1);
  const falling = [10, 30, 60, 120].map((noise) => lumaSsim(sample(0), sample(noise)));
  assert.equal(
    falling,
    falling.toSorted((a, b) => b - a),
  );
  assert.ok((falling[0] as number) < 1 && (falling[3] as number) < 0.6, falling.join(' '));
});

test('it is the figure of FFmpeg’s filter ssim', () => {
  for (const noise of [5, 20, 80]) {
    const [one, other] = [sample(0), sample(noise)];
    const ours = lumaSsim(one, other);
    assert.ok(Math.abs(ours - ffmpegSsim(one, other)) < 0.0005, `${ours} at noise ${noise}`);
  }
});

test('rows may be further apart than they are long', () => {
  const tight = sample(40);
  const loose = new Uint8Array((WIDTH + 32) * HEIGHT).fill(255);
  for (let y = 0; y < HEIGHT; y += 1) {
    loose.set(tight.data.subarray(y * WIDTH, (y + 1) * WIDTH), y * (WIDTH + 32));
  }
  const other = { ...tight, stride: WIDTH + 32, data: loose };
  assert.is(lumaSsim(tight, other), 1);
  assert.is(lumaSsim(sample(0), other), lumaSsim(sample(0), tight));
});

test.run();
