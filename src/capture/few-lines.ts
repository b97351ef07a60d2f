import type { Clock } from '../core/clock.ts';

/** Lets a few lines a second through: `say` is called with those. For the chatter of what is not our own. */
export function fewLines(clock: Clock, maxASecond: number, say: (line: string) => void): (line: string) => void {
  let secondUs = Number.NEGATIVE_INFINITY;
  let lines = 0;
  return (line) => {
    const nowUs = clock.nowUs();
    if (nowUs - secondUs > 1e6) {
      secondUs = nowUs;
      lines = 0;
    }
    lines += 1;
    if (lines <= maxASecond) say(line);
  };
}
