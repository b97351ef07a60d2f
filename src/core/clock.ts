/** A pending call; `cancel` is safe at any time, twice too. */
export interface Timer {
  cancel(): void;
}

/** Time as code under test sees it. Monotonic: it knows no wall clock. */
export interface Clock {
  /** Microseconds of CLOCK_MONOTONIC; comparable across processes of one machine, not across boots. */
  nowUs(): number;
  /** Calls `fn` once after `ms` milliseconds; with 0, as soon as what has come in already has been dealt with. */
  after(ms: number, fn: () => void): Timer;
}

/** The machine's monotonic clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  nowUs() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e6 + Math.floor(nanoseconds / 1000);
  },
  after(ms, fn) {
    if (ms < 1) return afterTurns(ms, fn);
    const handle = setTimeout(fn, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Timers know only whole milliseconds: below one, turns of the event loop are counted off. */
function afterTurns(ms: number, fn: () => void): Timer {
  const dueUs = ms === 0 ? 0 : systemClock.nowUs() + ms * 1000;
  let handle = setImmediate(turn);
  function turn(): void {
    if (dueUs > 0 && systemClock.nowUs() < dueUs) handle = setImmediate(turn);
    else fn();
  }
  return { cancel: () => clearImmediate(handle) };
}

/** Resolves after `ms`, or as soon as `signal` aborts; true when the time has passed, false when aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.after(ms, () => {
    signal.removeEventListener('abort', onAbort);
    resolve(true);
  });
  function onAbort(): void {
    timer.cancel();
    resolve(false);
  }
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
