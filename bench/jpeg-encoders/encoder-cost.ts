import { encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { cpuMsOf } from './cpu-time.ts';
import { type Match, qualityFor, ssimOf } from './equal-quality.ts';
import { compareTransforms, type TransformResult } from './fast-transform.ts';
import { CAMERA_QUALITY, LEVELS } from './levels.ts';
import { readFrames, type TrialFrame, withYuv } from './street-frames.ts';
import { type Floor, TjBench } from './tjbench.ts';
import { type Scale, type TrialEncoder, Trials } from './trial-encoders.ts';

/** Which of the levels is made of it. */
const TRANSCODED = LEVELS.indexOf(70);
/** Frames on which equal quality is looked for, then measured on all. */
const SEARCH_FRAMES = 6;
/** The best of so many counts: the machine may have had something else to do. */
const ROUNDS = 3;
/** What takes longer than this is counted once: what it is off by is little beside that. Milliseconds. */
const SLOW_MS = 12;

/** Of one picture. */
export interface Cost {
  readonly cpuMs: number;
  readonly bytes: number;
}

/** Entries for each of LEVELS. */
export type Matches = Readonly<Record<Scale, readonly Match[]>>;

/** On frames of one size. What is an array has an entry for each of LEVELS. */
export interface Costs {
  readonly matches: Matches;
  readonly encoders: readonly { readonly name: string; readonly costs: readonly Cost[] }[];
  readonly floors: readonly Floor[];
  readonly transcoders: readonly { readonly name: string; readonly cost: Cost }[];
  readonly transcodeFloorMs: number;
  readonly transforms: readonly TransformResult[];
}

/** @param dir for pictures of its own */
export async function measureCosts(dir: string, width: number, height: number, count: number): Promise<Costs> {
  const pictures = readFrames(width, height, count);
  const frames = withYuv(pictures);
  using trials = new Trials(width, height);
  try {
    const matches = await matchScales(trials.encoders, frames);
    const encoders = await encoderCosts(trials, matches, frames);
    const tjbench = new TjBench(dir, pictures);
    const floors = LEVELS.map((level) => tjbench.encode(level));
    const toRgbMs = await tjbench.decode(CAMERA_QUALITY);
    const transcodeFloorMs = toRgbMs + (floors[TRANSCODED]?.fromRgb.cpuMs ?? Number.NaN);
    const transcoders = await transcoderCosts(trials, matches, frames);
    const transforms: TransformResult[] = [];
    for (const level of LEVELS) transforms.push(await compareTransforms(someOf(frames), level));
    return { matches, encoders, floors, transcoders, transcodeFloorMs, transforms };
  } finally {
    for (const { yuv } of frames) yuv.free();
  }
}

function someOf(frames: readonly TrialFrame[]): TrialFrame[] {
  return frames.filter((_, i) => i % Math.ceil(frames.length / SEARCH_FRAMES) === 0);
}

async function matchScales(encoders: readonly TrialEncoder[], frames: readonly TrialFrame[]): Promise<Matches> {
  const some = someOf(frames);
  const reference = encoders[0] as TrialEncoder;
  const wanted: number[] = [];
  for (const level of LEVELS) wanted.push(await ssimOf(reference, some, level));
  const matched = async (scale: Scale) => {
    const encoder = encoders.find((each) => each.scale === scale) as TrialEncoder;
    const found: Match[] = [];
    for (const [i, level] of LEVELS.entries()) {
      const isReference = encoder === reference;
      const quality = isReference ? level : await qualityFor(encoder, some, wanted[i] as number);
      found.push({ quality, ssim: await ssimOf(encoder, frames, quality) });
    }
    return found;
  };
  return {
    'libjpeg-turbo': await matched('libjpeg-turbo'),
    sharp: await matched('sharp'),
    FFmpeg: await matched('FFmpeg'),
  };
}

async function encoderCosts({ encoders }: Trials, matches: Matches, frames: readonly TrialFrame[]) {
  const perLevel: Cost[][] = [];
  for (const level of LEVELS.keys()) {
    const works = encoders.map((encoder) => {
      const { quality } = matches[encoder.scale][level] as Match;
      return (frame: TrialFrame) => encoder.encode(frame, quality);
    });
    perLevel.push(await costsOf(works, frames));
  }
  return encoders.map(({ name }, i) => ({ name, costs: perLevel.map((costs) => costs[i] as Cost) }));
}

async function transcoderCosts({ transcoders }: Trials, matches: Matches, frames: readonly TrialFrame[]) {
  const jpegs: Buffer[] = [];
  for (const { pixels } of frames) jpegs.push(await encodeJpeg(pixels, CAMERA_QUALITY));
  const works = transcoders.map(({ scale, transcode }) => {
    const { quality } = matches[scale][TRANSCODED] as Match;
    return (jpeg: Buffer) => transcode(jpeg, quality);
  });
  const costs = await costsOf(works, jpegs);
  return transcoders.map(({ name }, i) => ({ name, cost: costs[i] as Cost }));
}

/** One after the other, round by round, so that none has a quieter hour than another. */
async function costsOf<Item>(
  works: readonly ((item: Item) => Promise<Buffer>)[],
  items: readonly Item[],
): Promise<Cost[]> {
  const costs = works.map(() => ({ cpuMs: Number.POSITIVE_INFINITY, bytes: 0 }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, work] of works.entries()) {
      if (round > 0 && (costs[i]?.cpuMs ?? 0) > SLOW_MS) continue;
      let bytes = 0;
      const cpuMs = await cpuMsOf(async () => {
        for (const item of items) bytes += (await work(item)).length;
      });
      const best = Math.min(cpuMs / items.length, costs[i]?.cpuMs ?? 0);
      costs[i] = { cpuMs: best, bytes: bytes / items.length };
    }
  }
  return costs;
}
