import { readdirSync, readFileSync } from 'node:fs';
import { OWNER_VARIABLE } from './ledger.ts';

/** A living process that a test file started. */
export interface Stray {
  readonly pid: number;
  /** Its command line, shortened. */
  readonly command: string;
}

/**
 * The living processes whose environment names `owner`: a test file's process and all that it started, in
 * whatever process group or session they are now. Reads Linux's /proc; empty where there is none.
 */
export function findStrays(owner: string): Stray[] {
  const mark = `${OWNER_VARIABLE}=${owner}`;
  const strays: Stray[] = [];
  for (const entry of listProcesses()) {
    try {
      // A process that has ended and waits to be reaped has an empty environment.
      if (!readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(mark)) continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      strays.push({ pid: Number(entry), command: command.slice(0, 200) });
    } catch {
      // It ended meanwhile, or it is another user's.
    }
  }
  return strays;
}

/** Ends every process that `findStrays` finds; there is no appeal. */
export function killStrays(owner: string): void {
  for (const { pid } of findStrays(owner)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
