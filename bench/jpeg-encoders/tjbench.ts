import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { BYTES_PER_PIXEL, type Pixels } from '../../src/picture/pixels.ts';

const BENCH_S = 0.6;
/** So short that it measures one iteration: what it takes then is the reading of its picture, and little more. */
const ONE_ITERATION_S = 0.000_001;
/** The best of so many: the machine may have had something else to do. */
const SHORT_RUNS = 3;
const LONG_RUNS = 2;

/** One run of the program. */
interface Run {
  /**
   * CPU of all of it, milliseconds, without the system's: that goes into memory when it starts, more in one run than in
   * another.
   */
  readonly userMs: number;
  readonly iterations: number;
  /** Of an iteration's time, how much is the step that is asked for. */
  readonly share: number;
  readonly bytes: number;
}

/** Of one picture. */
interface FloorCost {
  readonly cpuMs: number;
  readonly bytes: number;
}

/** What libjpeg-turbo's own benchmark takes at one quality. */
export interface Floor {
  readonly fromRgb: FloorCost;
  readonly fromYuv: FloorCost;
}

/**
 * libjpeg-turbo in a loop in C, as its own program tjbench measures it: pictures, one below the other as a single tall
 * one, from memory to memory, with the fast transform that the package uses too. The program's own figures are of the
 * wall's clock; here it is CPU: that of a run of many iterations, less that of a run of one.
 */
export class TjBench {
  readonly #ppm: string;
  readonly #jpeg: string;
  readonly #tall: Pixels;
  readonly #count: number;

  /** @param dir for its pictures */
  constructor(dir: string, frames: readonly Pixels[]) {
    const { width, height } = frames[0] as Pixels;
    this.#ppm = join(dir, 'tall.ppm');
    this.#jpeg = join(dir, 'tall.jpg');
    this.#count = frames.length;
    this.#tall = { width, height: height * frames.length, data: Buffer.concat(frames.map(({ data }) => data)) };
    writeFileSync(this.#ppm, toPpm(this.#tall));
  }

  encode(quality: number): Floor {
    const args = [this.#ppm, String(quality), '-subsamp', '420', '-componly'];
    return { fromRgb: this.#run('Comp', ...args), fromYuv: this.#run('Comp', ...args, '-yuv') };
  }

  /** Milliseconds of CPU from a JPEG of this quality to RGB. */
  async decode(quality: number): Promise<number> {
    writeFileSync(this.#jpeg, await encodeJpeg(this.#tall, quality));
    return this.#run('Decomp', this.#jpeg).cpuMs;
  }

  #run(step: 'Comp' | 'Decomp', ...args: string[]): FloorCost {
    const runs = (count: number, benchS: number) => Array.from({ length: count }, () => runOnce(step, benchS, args));
    const long = runs(LONG_RUNS, BENCH_S);
    const short = runs(SHORT_RUNS, ONE_ITERATION_S);
    const shortMs = Math.min(...short.map(({ userMs }) => userMs));
    const costs = long.map(({ userMs, iterations, share }) => ((userMs - shortMs) / (iterations - 1)) * share);
    return { cpuMs: Math.min(...costs) / this.#count, bytes: (short[0]?.bytes ?? 0) / this.#count };
  }
}

function runOnce(step: 'Comp' | 'Decomp', benchS: number, args: readonly string[]): Run {
  const options = ['-rgb', '-fastdct', '-nowrite', '-benchtime', benchS.toFixed(6), '-warmup', '0'];
  const script = 'TIMEFORMAT="user %U"; time "$@"';
  const { stdout, stderr, error } = spawnSync('bash', ['-c', script, 'bash', 'tjbench', ...args, ...options], {
    encoding: 'utf8',
  });
  const userS = Number(/user ([\d.]+)/.exec(stderr)?.[1]);
  const secondsOf = (name: string) =>
    1 / Number(new RegExp(`${name}[^>]*--> Frame rate: +([\\d.]+)`).exec(stdout)?.[1]);
  const stepS = secondsOf(step);
  if (Number.isNaN(stepS)) throw new Error(`tjbench: ${error?.message ?? stderr}`);
  // With -yuv each iteration makes the YUV first.
  const iterationS = stepS + (args.includes('-yuv') ? secondsOf('Encode YUV') : 0);
  return {
    userMs: userS * 1000,
    iterations: Math.max(1, Math.ceil(benchS / iterationS)),
    share: stepS / iterationS,
    bytes: Number(/Output image size: +(\d+)/.exec(stdout.slice(stdout.indexOf(step)))?.[1]),
  };
}

function toPpm({ width, height, data }: Pixels): Buffer {
  const head = Buffer.from(`P6\n${width} ${height}\n255\n`);
  const ppm = Buffer.allocUnsafe(head.length + width * height * 3);
  head.copy(ppm);
  for (let from = 0, to = head.length; from < data.length; from += BYTES_PER_PIXEL, to += 3) {
    ppm[to] = data[from] as number;
    ppm[to + 1] = data[from + 1] as number;
    ppm[to + 2] = data[from + 2] as number;
  }
  return ppm;
}
