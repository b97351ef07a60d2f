import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { BYTES_PER_PIXEL, type Pixels } from '../../src/picture/pixels.ts';

const BENCH_S = '0.3';
const WARM_UP_S = '0.05';
/** The best of so many: the machine may have had something else to do. */
const ROUNDS = 3;

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
 * one, from memory to memory, with the fast transform that the package uses too.
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
    const rounds = Array.from({ length: ROUNDS }, () => this.#once(step, args));
    return rounds.reduce((best, round) => (round.cpuMs < best.cpuMs ? round : best));
  }

  #once(step: string, args: readonly string[]): FloorCost {
    const options = ['-rgb', '-fastdct', '-nowrite', '-benchtime', BENCH_S, '-warmup', WARM_UP_S];
    const script = 'TIMEFORMAT="cpu %R %U %S"; time "$@"';
    const { stdout, stderr, error } = spawnSync('bash', ['-c', script, 'bash', 'tjbench', ...args, ...options], {
      encoding: 'utf8',
    });
    const rate = Number(new RegExp(`${step}[^>]*--> Frame rate: +([\\d.]+)`).exec(stdout)?.[1]);
    const time = /cpu ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr)?.slice(1).map(Number) ?? [];
    if (Number.isNaN(rate)) throw new Error(`tjbench: ${error?.message ?? stderr}`);
    // Its clock is the wall's; where it had to wait for a core, it is not blamed for it.
    const [wallS = 1, userS = 1, systemS = 0] = time;
    const share = Math.min(1, (userS + systemS) / wallS);
    const bytes = Number(/Output image size: +(\d+)/.exec(stdout.slice(stdout.indexOf(step)))?.[1]);
    return { cpuMs: ((1000 / rate) * share) / this.#count, bytes: bytes / this.#count };
  }
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
