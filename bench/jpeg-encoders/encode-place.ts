import { monitorEventLoopDelay } from 'node:perf_hooks';
import jpegTurbo from '@julusian/jpeg-turbo';
import type { Pixels } from '../../src/picture/pixels.ts';
import { encodings, paced } from './camera-rhythm.ts';
import { cpuMsOf } from './cpu-time.ts';
import type { FarEndCommand, FarEndMessage } from './far-end.ts';
import { LEVELS } from './levels.ts';
import { startLinked } from './part-process.ts';

/** What a picture costs that goes over the link, milliseconds of CPU at either end. */
export interface TransportResult {
  readonly workerMs: number;
  readonly mainMs: number;
}

/** How the main process fares meanwhile. */
export interface LoopResult {
  /** When a timer of 1 ms fires. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU of the main process, percent of a core. */
  readonly cpuPercent: number;
}

export type Place = 'nothing is encoded' | 'main process, sync' | 'main process, thread pool' | 'worker process';
export const PLACES: readonly Place[] = [
  'nothing is encoded',
  'main process, sync',
  'main process, thread pool',
  'worker process',
];

const FRAME_MS = 40;
const FRAMES = 100;

/** Pictures of that size at the rhythm of `perSecond`, less what the rhythm alone costs. */
export async function measureTransport(bytes: number, perSecond: number, seconds: number): Promise<TransportResult> {
  await using far = farEnd(0, 0, 0);
  await far.ready;
  const run = async (size: number) => {
    let workerMs = 0;
    const count = perSecond * seconds;
    const mainMs = await cpuMsOf(async () => {
      workerMs = await far.run({ type: 'send', count, bytes: size, everyMs: 1000 / perSecond });
    });
    return { workerMs: workerMs / count, mainMs: mainMs / count };
  };
  await run(bytes);
  const idle = await run(0);
  const busy = await run(bytes);
  return { workerMs: busy.workerMs - idle.workerMs, mainMs: busy.mainMs - idle.mainMs };
}

/** 25 frames a second, three levels of each. */
export async function measureLoop(place: Place, frames: readonly Pixels[]): Promise<LoopResult> {
  const { width, height } = frames[0] as Pixels;
  await using far = farEnd(width, height, place === 'worker process' ? frames.length : 0);
  await far.ready;
  const work: Readonly<Record<Place, (count: number) => Promise<unknown>>> = {
    'nothing is encoded': (count) => paced(count, FRAME_MS, () => {}),
    'main process, sync': (count) => paced(count, FRAME_MS, (i) => encodeSync(frames, i)),
    'main process, thread pool': (count) => paced(count, FRAME_MS, (i) => Promise.all(encodings(frames, i, LEVELS))),
    'worker process': (count) => far.run({ type: 'encode', count, levels: LEVELS, everyMs: FRAME_MS }),
  };
  await work[place](FRAMES / 4);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const cpuMs = await cpuMsOf(() => work[place](FRAMES));
  delay.disable();
  return {
    p50Ms: delay.percentile(50) / 1e6,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
    cpuPercent: (100 * cpuMs) / (performance.now() - start),
  };
}

function encodeSync(frames: readonly Pixels[], i: number): void {
  const { data, width, height } = frames[i % frames.length] as Pixels;
  for (const quality of LEVELS) {
    const subsampling = jpegTurbo.SAMP_420;
    jpegTurbo.compressSync(data, { format: jpegTurbo.FORMAT_RGBA, width, height, quality, subsampling });
  }
}

interface FarEnd extends AsyncDisposable {
  readonly ready: Promise<void>;
  /** What the other process has spent, milliseconds. */
  run(command: FarEndCommand): Promise<number>;
}

function farEnd(width: number, height: number, frameCount: number): FarEnd {
  const ready = Promise.withResolvers<void>();
  let done = Promise.withResolvers<number>();
  const part = startLinked(new URL('./far-end.ts', import.meta.url), [width, height, frameCount].map(String), {
    onMessage(any) {
      const message = any as FarEndMessage;
      if (message.type === 'ready') ready.resolve();
      else if (message.type === 'done') done.resolve(message.cpuMs);
    },
    onClose: () => ready.reject(new Error('the other process has ended')),
  });
  return {
    ready: ready.promise,
    run(command) {
      done = Promise.withResolvers();
      part.link.send(command);
      return done.promise;
    },
    [Symbol.asyncDispose]: () => part[Symbol.asyncDispose](),
  };
}
