import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Link, type LinkReceiver } from '../../src/worker/link.ts';

/** The file descriptor at which a program finds its end of the link, as a worker does. */
export const LINK_FD = 3;
/** As a camera's worker has them. */
const NODE_OPTIONS = ['--max-semi-space-size=1', '--max-old-space-size=96'];
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' };

/** A program at the other end of a link. */
export interface LinkedProcess extends AsyncDisposable {
  readonly link: Link;
}

/** Starts a program as Pipit starts its workers, joined by a link over a socket pair. */
export function startLinked(program: URL, args: readonly string[], receiver: LinkReceiver): LinkedProcess {
  const child = spawn(process.execPath, argsOf(program, args), {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...MALLOC, ...process.env },
  });
  const link = new Link(child.stdio[LINK_FD] as Duplex, receiver);
  return {
    link,
    async [Symbol.asyncDispose]() {
      link.close();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** Runs a program in the same surroundings and returns what it prints. */
export function outputOf(program: URL, args: readonly string[]): string {
  const { stdout, status } = spawnSync(process.execPath, argsOf(program, args), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...MALLOC, ...process.env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program.pathname} ${args.join(' ')}: exit code ${status}`);
  return stdout;
}

function argsOf(program: URL, args: readonly string[]): string[] {
  return [...NODE_OPTIONS, fileURLToPath(program), ...args];
}
