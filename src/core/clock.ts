/** A pending call; `cancel` is safe at any time, twice too. */
export interface Timer {
  cancel(): void;
}

/** Time as code under test sees it. Monotonic: it knows no wall clock. */
export interface Clock {
  /** Microseconds of CLOCK_MONOTONIC; comparable across processes of one machine, not across boots. */
  nowUs(): number;
  /** Calls `fn` once after `ms` milliseconds. */
  after(ms: number, fn: () => void): Timer;
}

/** The machine's monotonic clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  nowUs() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e6 + Math.floor(nanoseconds / 1000);
  },
  after(ms, fn) {
    const handle = setTimeout(fn, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

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
