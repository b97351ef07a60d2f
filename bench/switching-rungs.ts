/**
 * How loud it is when a listener changes rung in mid-stream, against the noise of coding (src/testkit/joint-noise.ts):
 * as listeners are sent over, and, for comparison, over places where the windows of the two rungs do not fit.
 *
 *   node bench/switching-rungs.ts [SOUND FILE] [SECONDS]
 *
 * The sound file defaults to music-stereo-48k.opus in PIPIT_BENCH_MEDIA or ../shared/media, and is left out where there
 * is none; strokes of a brush are made here. Needs ffmpeg.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { overlapOf } from '../src/core/overlap.ts';
import { FRAME_SIZE } from '../src/encode/rung-encoder.ts';
import { decoded, jointsOf, type SwitchedStream, strokes, switchedStream } from '../src/mount/switching.testing.ts';
import { type JointNoise, measureJoints, quantile, type StreamJoint } from '../src/testkit/joint-noise.ts';

const BASE = { channels: 2, mp3Quality: 3, opusComplexity: 5, flacLevel: 5, primeSeconds: 2 } as const;
const TRIALS = [
  ['mp3', 'fast', 'mp3'],
  ['aac', 'fast', 'aac, fast'],
  ['aac', 'twoloop', 'aac, twoloop'],
] as const;

function pcmOf(path: string, seconds: number): Int16Array {
  const output = ['-t', String(seconds), '-ac', '2', '-ar', '48000', '-f', 's16le', '-'];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', '-i', path, ...output], { maxBuffer: 1 << 28 });
  return new Int16Array(Uint8Array.from(stdout).buffer);
}

/** Changes only where windows do not fit, wherever some frames have passed, to the first rung that does not. */
function misfits(codec: 'mp3' | 'aac', { frames }: SwitchedStream): { joints: StreamJoint[]; bytes: Uint8Array } {
  const endOf = (rung: number, k: number) => overlapOf(codec, frames[rung]?.[k] ?? new Uint8Array(0));
  const joints: StreamJoint[] = [];
  const made: Uint8Array[] = [];
  let [now, last] = [0, 0];
  for (const k of (frames[0] ?? []).keys()) {
    const to = frames.findIndex((_, rung) => rung !== now && endOf(rung, k - 1) !== endOf(now, k - 1));
    if (k > last + 4 && to >= 0) {
      joints.push({ at: k * FRAME_SIZE[codec], from: now, to });
      [now, last] = [to, k];
    }
    made.push(frames[now]?.[k] ?? new Uint8Array(0));
  }
  return { joints, bytes: Buffer.concat(made) };
}

function row(what: string, { excessDb, nearDb, elsewhereDb }: JointNoise): void {
  if (excessDb.length === 0) {
    console.log(`| ${what} | 0 | – | – | – | – | – |`);
    return;
  }
  const sorted = [...excessDb].sort((a, b) => a - b);
  const cells = [quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1)];
  const levels = [nearDb, elsewhereDb].map(
    (all) => `${quantile(all, 0.999).toFixed(1)} / ${quantile(all, 1).toFixed(1)}`,
  );
  console.log(`| ${what} | ${[excessDb.length, ...cells.map((db) => db.toFixed(1)), ...levels].join(' | ')} |`);
}

const path = process.argv[2] || join(process.env['PIPIT_BENCH_MEDIA'] ?? '../shared/media', 'music-stereo-48k.opus');
const seconds = Number(process.argv[3] ?? 40);
const sounds: [string, Int16Array][] = [['strokes', strokes(seconds)]];
if (existsSync(path)) sounds.push(['music', pcmOf(path, seconds)]);
else console.log(`no ${path}: without music`);

console.log(
  '| sound, codec, joints | changes | median dB | p99 dB | most dB | error at joints: p99.9 / most dBFS | elsewhere |',
);
console.log(`|---|${'---:|'.repeat(6)}`);
for (const [name, sound] of sounds) {
  for (const [codec, aacCoder, title] of TRIALS) {
    const stream = switchedStream(codec, sound, { ...BASE, aacCoder });
    const joints = jointsOf(codec, stream.route);
    row(`${name}, ${title}, as sent`, measureJoints(await decoded(codec, sound, stream), joints));
    const wrong = misfits(codec, stream);
    row(`${name}, ${title}, misfits`, measureJoints(await decoded(codec, sound, stream, wrong.bytes), wrong.joints));
  }
}
