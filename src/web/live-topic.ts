import type { Clock, Timer } from '../core/clock.ts';
import type { Scope } from '../core/station-control.ts';

/** Something that pages watch on the live socket. All data is JSON, serialised once for everybody. */
export interface LiveTopic {
  /** What it takes to watch. */
  readonly scope: Scope;
  /** Each message replaces the one before: who could not take some is sent the newest when it can. */
  readonly isState: boolean;
  /** What somebody who begins to watch is told at once; undefined: nothing. */
  first(): string | undefined;
  /** Called when somebody begins to watch and nobody did; the returned function when nobody does any more. */
  start(tell: (json: string) => void): () => void;
}

/** What a topic is made of. */
export interface TopicParts<T> {
  readonly clock: Clock;
  readonly scope: Scope;
  readonly intervalMs: number;
  /** Undefined while there is nothing to tell. */
  readonly read: () => T | undefined;
}

/**
 * Told at intervals when it is not as it was.
 * @param essence of what is told: it decides what counts as a change. Absent: all of it
 */
export function stateTopic<T>(parts: TopicParts<T>, essence?: (data: T) => unknown): LiveTopic {
  const { clock, intervalMs, read, scope } = parts;
  return {
    scope,
    isState: true,
    first: () => jsonOf(read()),
    start(tell) {
      let before: string | undefined;
      // Whoever watches at the first look has been told what there is.
      let isFirst = true;
      return everyTick(clock, intervalMs, () => {
        const data = read();
        const isTold = !isFirst;
        isFirst = false;
        if (data === undefined) return;
        const whole = essence === undefined ? JSON.stringify(data) : undefined;
        const now = whole ?? JSON.stringify(essence?.(data));
        if (now === before) return;
        before = now;
        if (isTold) tell(whole ?? JSON.stringify(data));
      });
    },
  };
}

/** What comes one after the other: each is told once, and what came since the last look together. */
export interface LineParts<T extends { readonly id: number }> {
  readonly clock: Clock;
  readonly scope: Scope;
  readonly intervalMs: number;
  /** Those after number `id`, oldest first; not more than fit into a message. */
  readonly after: (id: number) => readonly T[];
  /** Number of the last one; 0 before the first. */
  readonly lastId: () => number;
  /** How many of the past somebody who begins to watch is told. */
  readonly past: number;
}

/** Lines that come one after the other; who can't take some does without. */
export function lineTopic<T extends { readonly id: number }>(parts: LineParts<T>): LiveTopic {
  const { clock, intervalMs, after, lastId, past, scope } = parts;
  return {
    scope,
    isState: false,
    first: () => (past === 0 ? undefined : jsonOf(after(Math.max(0, lastId() - past)))),
    start(tell) {
      let told = lastId();
      return everyTick(clock, intervalMs, () => {
        if (lastId() === told) return;
        const lines = after(told);
        told = lastId();
        if (lines.length > 0) tell(JSON.stringify(lines));
      });
    },
  };
}

/** Calls `look` now and then every `ms`, until the returned function is called. */
function everyTick(clock: Clock, ms: number, look: () => void): () => void {
  let timer: Timer;
  const tick = (): void => {
    timer = clock.after(ms, tick);
    look();
  };
  tick();
  return () => timer.cancel();
}

function jsonOf(data: unknown): string | undefined {
  return data === undefined ? undefined : JSON.stringify(data);
}
