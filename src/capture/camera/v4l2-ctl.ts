import { execFile } from 'node:child_process';

/** What `v4l2-ctl` has answered. */
export interface V4l2CtlAnswer {
  /** What it wrote to its standard output; empty when it could not be run. */
  readonly text: string;
  /** What it complained of, one line; empty when it was content. */
  readonly complaint: string;
  /** All that it wrote to its standard error; some failures are told there alone, and its exit code is 0. */
  readonly remarks: string;
  readonly isMissing: boolean;
}

/** It asks the kernel a few questions; a USB device that hangs answers none. */
const TIMEOUT_MS = 3_000;
const MAX_BYTES = 1024 * 1024;

/** Runs `v4l2-ctl` of the package v4l-utils, or what stands for it in tests, until `signal` aborts. Never rejects. */
export function runV4l2Ctl(program: string, args: readonly string[], signal?: AbortSignal): Promise<V4l2CtlAnswer> {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES, env, signal } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, text, stderr) => {
      if (error === null) resolve({ text, complaint: '', remarks: stderr, isMissing: false });
      else if (error.code === 'ENOENT')
        resolve({ text: '', complaint: `${program} is not installed`, remarks: '', isMissing: true });
      else
        resolve({
          text,
          complaint: complaintOf(stderr || text) || error.message,
          remarks: stderr,
          isMissing: false,
        });
    });
  });
}

/** Its first line that is none of its help. */
function complaintOf(text: string): string {
  return (/\S.*/.exec(text)?.[0] ?? '').trim().slice(0, 200);
}
