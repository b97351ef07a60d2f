import { setTimeout as pause } from 'node:timers/promises';
import { encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import type { Pixels } from '../../src/picture/pixels.ts';

/** Starts all levels of a frame, as viewers of all levels ask for them. */
export function encodings(frames: readonly Pixels[], i: number, levels: readonly number[]): Promise<Buffer>[] {
  return levels.map((level) => encodeJpeg(frames[i % frames.length] as Pixels, level));
}

/** Calls it that many times, in the rhythm of a camera. What is late does not shift what comes after. */
export async function paced(count: number, everyMs: number, work: (i: number) => unknown): Promise<void> {
  const start = performance.now();
  for (let i = 0; i < count; i += 1) {
    await pause(Math.max(0, start + i * everyMs - performance.now()));
    await work(i);
  }
}
