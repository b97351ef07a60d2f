/**
 * Which encoder makes the JPEGs, and where: CPU, bytes and similarity of libjpeg-turbo, sharp and FFmpeg on frames of a
 * real camera, at equal SSIM, beside libjpeg-turbo's own benchmark as the floor; from a camera's own JPEG; what
 * encoding does to the process it runs in; and the memory that the libraries take.
 *
 *   node bench/jpeg-encoders.ts [encode] [place] [memory]          default: all of them
 *
 * Needs ffmpeg and tjbench (libjpeg-turbo-progs). The film is PIPIT_BENCH_VIDEO, or
 * ../shared/media/street-camera-768x576-10fps.avi beside the repository.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncodeMemory } from './jpeg-encoders/encode-memory.ts';
import { measureLoop, measureTransport, PLACES } from './jpeg-encoders/encode-place.ts';
import type { PoolResult } from './jpeg-encoders/encode-pool.ts';
import type { Cost, Costs } from './jpeg-encoders/encoder-cost.ts';
import { CAMERA_QUALITY, LEVELS } from './jpeg-encoders/levels.ts';
import { outputOf } from './jpeg-encoders/part-process.ts';
import { readFrames } from './jpeg-encoders/street-frames.ts';

const SIZES = [
  [768, 576],
  [1280, 720],
  [1920, 1080],
] as const;
const FRAMES = 24;
/** What an encode may cost at most, times tjbench from RGB. */
const BUDGET = 1.3;
/** For encoding in a rhythm: the largest size. */
const PLACE_FRAMES = 8;
const PICTURE_BYTES = 100_000;
const PICTURES_PER_SECOND = 75;
const TRANSPORT_SECONDS = 3;

const PARTS: Readonly<Record<string, () => Promise<void>>> = { encode, place, memory };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${Object.keys(PARTS).join(', ')}`);

console.log(`Load before: ${loadavg()[0]?.toFixed(2)}`);
for (const [name, run] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await run();

async function encode(): Promise<void> {
  const program = new URL('./jpeg-encoders/measure-size.ts', import.meta.url);
  const sizes: [string, Costs][] = [];
  for (const [width, height] of SIZES) {
    const dir = mkdtempSync(join(tmpdir(), 'pipit-jpeg-'));
    try {
      sizes.push([
        `${width}×${height}`,
        JSON.parse(outputOf(program, [dir, width, height, FRAMES].map(String))) as Costs,
      ]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }
  printEncoders(sizes);
  printMatches(sizes);
  printTranscoders(sizes);
  printTransforms(sizes);
}

function printEncoders(sizes: readonly [string, Costs][]): void {
  const rows: (string | number)[][] = [];
  const ratios: number[] = [];
  for (const [size, { encoders, floors }] of sizes) {
    const row = (name: string, costs: readonly Cost[]) => {
      const ratioOf = (i: number) => (costs[i]?.cpuMs ?? 0) / (floors[i]?.fromRgb.cpuMs ?? 0);
      const cells = costs.flatMap(({ cpuMs, bytes }, i) => [cpuMs.toFixed(2), ratioOf(i).toFixed(2), kb(bytes)]);
      rows.push([size, name, ...cells]);
      if (encoders[0]?.name === name) ratios.push(...costs.keys().map(ratioOf));
    };
    row(
      'tjbench from RGB: the floor',
      floors.map(({ fromRgb }) => fromRgb),
    );
    row(
      'tjbench from YUV',
      floors.map(({ fromYuv }) => fromYuv),
    );
    for (const { name, costs } of encoders) row(name, costs);
  }
  const heads = LEVELS.flatMap((level) => [`${level}: CPU ms`, '÷ floor', 'kB']);
  printTable(`A picture at the SSIM of libjpeg-turbo's ${LEVELS.join(', ')}`, ['size', 'encoder', ...heads], rows);
  const worst = Math.max(...ratios);
  console.log(`\nlibjpeg-turbo costs at most ${worst.toFixed(2)} times the floor; ${BUDGET} are allowed.`);
}

function printMatches(sizes: readonly [string, Costs][]): void {
  const rows = sizes.flatMap(([size, { matches }]) =>
    Object.entries(matches).map(([scale, found]) => [
      size,
      scale,
      ...found.flatMap(({ quality, ssim }) => [quality, ssim.toFixed(4)]),
    ]),
  );
  const heads = LEVELS.flatMap((level) => [`${level}: own`, 'SSIM']);
  printTable('Which quality of its own that is, and the SSIM reached', ['size', 'scale', ...heads], rows);
}

function printTranscoders(sizes: readonly [string, Costs][]): void {
  const rows = sizes.flatMap(([size, { transcoders, transcodeFloorMs }]) => [
    [size, 'tjbench to RGB and from RGB: the floor', transcodeFloorMs.toFixed(2), '1.00', ''],
    ...transcoders.map(({ name, cost: { cpuMs, bytes } }) => [
      size,
      name,
      cpuMs.toFixed(2),
      (cpuMs / transcodeFloorMs).toFixed(2),
      kb(bytes),
    ]),
  ]);
  printTable(
    `From a camera's JPEG of quality ${CAMERA_QUALITY} to 70`,
    ['size', 'way', 'CPU ms', '÷ floor', 'kB'],
    rows,
  );
}

function printTransforms(sizes: readonly [string, Costs][]): void {
  const rows = sizes.map(([size, { transforms }]) => [
    size,
    ...transforms.flatMap(({ fastSsim, accurateSsim }) => [fastSsim.toFixed(4), accurateSsim.toFixed(4)]),
  ]);
  const heads = LEVELS.flatMap((level) => [`${level}: fast`, 'accurate']);
  printTable("SSIM by libjpeg-turbo's two cosine transforms", ['size', ...heads], rows);
}

async function place(): Promise<void> {
  const [width, height] = SIZES[2];
  const program = new URL('./jpeg-encoders/encode-pool.ts', import.meta.url);
  const pool = JSON.parse(outputOf(program, [width, height].map(String))) as PoolResult[];
  const size = `${width}×${height} at quality 70`;
  printTable(
    `${size}, in the thread pool`,
    ['at once', 'CPU ms', 'wall ms', 'pictures/s'],
    pool.map(({ atOnce, cpuMs, wallMs, picturesPerSecond }) => [
      atOnce,
      cpuMs.toFixed(2),
      wallMs.toFixed(2),
      picturesPerSecond.toFixed(0),
    ]),
  );

  const { workerMs, mainMs } = await measureTransport(PICTURE_BYTES, PICTURES_PER_SECOND, TRANSPORT_SECONDS);
  const what = `Over the link, ${kb(PICTURE_BYTES)} kB, ${PICTURES_PER_SECOND} a second`;
  const each = [workerMs, mainMs, workerMs + mainMs].map((ms) => ms.toFixed(3));
  printTable(what, ['worker: CPU ms', 'main process: CPU ms', 'both'], [each]);

  const frames = readFrames(width, height, PLACE_FRAMES);
  const loops: (string | number)[][] = [];
  for (const where of PLACES) {
    const { p50Ms, p99Ms, maxMs, cpuPercent } = await measureLoop(where, frames);
    loops.push([where, ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)), cpuPercent.toFixed(0)]);
  }
  const heads = ['encoding in', '1 ms timer: p50 ms', 'p99', 'max', 'main process: % CPU'];
  printTable(
    `The main process while 25 frames a second become ${LEVELS.length} levels of ${width}×${height}`,
    heads,
    loops,
  );
}

async function memory(): Promise<void> {
  const program = new URL('./jpeg-encoders/encode-memory.ts', import.meta.url);
  const rows = ['libjpeg-turbo', 'sharp', 'FFmpeg'].map((library) => {
    const grown = JSON.parse(outputOf(program, [library])) as EncodeMemory;
    const { imported, afterOne, afterMany, peak } = grown;
    return [library, ...[imported, afterOne, afterMany, peak].map((kib) => (kib / 1024).toFixed(1))];
  });
  const heads = ['library', 'imported: MB', 'after a picture', 'after 100', 'at most'];
  printTable('Resident memory that is added, pictures of 1920×1080', heads, rows);
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

function printTable(title: string, heads: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  console.log(`\n${title}\n\n| ${heads.join(' | ')} |\n|${heads.map(() => '---|').join('')}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
