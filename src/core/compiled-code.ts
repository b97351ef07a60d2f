import { flushCompileCache } from 'node:module';
import type { Clock, Timer } from './clock.ts';

/** What a start runs through has been compiled by then. */
const STARTED_MS = 60_000;

/**
 * Keeps what V8 has compiled for the next start, where NODE_COMPILE_CACHE says so. Node itself does that only when it ends
 * well, and machines are switched off by pulling the plug. What has been read from there is not written again.
 */
export function keepCompiledCode(clock: Clock): Timer {
  return clock.after(STARTED_MS, () => flushCompileCache());
}
