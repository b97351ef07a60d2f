import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, sleep } from '../core/clock.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';

export interface PaceDeps {
  readonly clock: Clock;
  /** Ends a wait at once. */
  readonly signal: AbortSignal;
}

export interface PaceOptions {
  /** How far ahead of real time it may run: what a live stream sends at once when it is opened. Milliseconds. */
  readonly leadMs: number;
  /**
   * Gives each block the time of the schedule, so that what comes early is not taken for captured then. For long
   * leads; without, time is that of arrival, which follows the clock of a live source.
   */
  readonly isStamped?: boolean;
  /**
   * How much faster than real time it may go for good, in parts per million: a recorder has a clock of its own, and one that
   * is held back loses sound as soon as its buffers are full. 0 unless given.
   */
  readonly fasterPpm?: number;
}

/**
 * Blocks that are late and there at once would otherwise keep everything else in the process from its turn until they have
 * caught up, what sends the sound on included. Of the real clock: it is the process that waits.
 */
const TURN_MS = 50;
/** Later than this, the schedule begins anew: what was missed is not made up for in a burst. */
const MAX_LATE_US = 1e6;

/**
 * Yields blocks in real time: on a schedule that is counted from the first one, so that no error adds up. What
 * comes at real time or slower is never delayed; what could come faster is held back as soon as it is `leadMs`
 * ahead. This is the only pacing of all sources.
 */
export async function* paced(
  blocks: AsyncIterable<PcmBlock>,
  deps: PaceDeps,
  options: PaceOptions,
): AsyncGenerator<PcmBlock, void, undefined> {
  const { clock, signal } = deps;
  const leadUs = options.leadMs * 1000;
  const frameUs = 1e6 / (SAMPLE_RATE * (1 + (options.fasterPpm ?? 0) / 1e6));
  /** When the first frame of the schedule was due, and how many there were since. */
  let startUs: number | undefined;
  let frames = 0;
  let turnMs = performance.now();
  for await (const block of blocks) {
    startUs ??= clock.nowUs();
    let dueUs = startUs + frames * frameUs - leadUs;
    const nowUs = clock.nowUs();
    if (nowUs - dueUs - leadUs > MAX_LATE_US) {
      startUs = nowUs;
      frames = 0;
      dueUs = nowUs - leadUs;
    }
    if (dueUs > nowUs) {
      if (!(await sleep(clock, (dueUs - nowUs) / 1000, signal))) return;
      turnMs = performance.now();
    } else if (performance.now() - turnMs > TURN_MS) {
      await nextTurn();
      turnMs = performance.now();
      if (signal.aborted) return;
    }
    frames += block.samples.length / block.channels;
    yield options.isStamped === true ? { ...block, ptsUs: Math.round(dueUs) } : block;
  }
}
