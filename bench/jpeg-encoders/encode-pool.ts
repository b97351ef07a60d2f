import { encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { cpuMsOf } from './cpu-time.ts';
import { readFrames } from './street-frames.ts';

/*
 * A program that encodes pictures in the thread pool, one after the other and two at once, in the surroundings of a
 * camera's worker, and prints the results as JSON.
 *
 *   node encode-pool.ts WIDTH HEIGHT
 */

export interface PoolResult {
  /** Pictures that are being made at any time. */
  readonly atOnce: number;
  readonly cpuMs: number;
  /** From asking to having, the median. */
  readonly wallMs: number;
  readonly picturesPerSecond: number;
}

const FRAMES = 8;
const PICTURES = 200;
const QUALITY = 70;

const [width = 0, height = 0] = process.argv.slice(2).map(Number);
const frames = readFrames(width, height, FRAMES);

async function measure(atOnce: number, count: number): Promise<PoolResult> {
  const walls: number[] = [];
  let next = 0;
  const lane = async () => {
    for (let frame = frames[next % FRAMES]; frame !== undefined && next < count; frame = frames[next % FRAMES]) {
      next += 1;
      const start = performance.now();
      await encodeJpeg(frame, QUALITY);
      walls.push(performance.now() - start);
    }
  };
  const start = performance.now();
  const cpuMs = await cpuMsOf(() => Promise.all(Array.from({ length: atOnce }, lane)));
  const seconds = (performance.now() - start) / 1000;
  const wallMs = walls.toSorted((a, b) => a - b)[walls.length >> 1] ?? Number.NaN;
  return { atOnce, cpuMs: cpuMs / count, wallMs, picturesPerSecond: count / seconds };
}

await measure(2, FRAMES);
console.log(JSON.stringify([await measure(1, PICTURES), await measure(2, PICTURES)]));
