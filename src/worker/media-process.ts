import { type ChildProcess, spawn } from 'node:child_process';

/** Encoders come and go with megabytes each: large blocks go back to the system, and few arenas fragment less. */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' };

/** Starts a media worker: its link is file descriptor 3, what native code prints comes by `stderr`. */
export function startMediaProcess(program: readonly string[]): ChildProcess {
  const env = { ...MALLOC, ...process.env };
  return spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env });
}
