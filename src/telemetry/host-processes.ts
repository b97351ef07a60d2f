import { readHostFile } from './host-files.ts';

/** More are not ours to have: a source, a camera and a program for each. */
const MOST = 64;

/**
 * What this process and all below it (workers, and the programs that these have started) take of the processor
 * (proc_pid_stat(5), proc_tid_children(5)). Processes are started by main threads only, so that only those are asked
 * for their children. What ended between two readings is not seen.
 */
export class HostProcesses {
  readonly #procRoot: string;
  #before: ReadonlyMap<number, number> | undefined;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Ticks since the last call; undefined the first time, and where the kernel does not tell a process's children. */
  async ticks(): Promise<number | undefined> {
    const before = this.#before;
    const now = await this.#read();
    this.#before = now;
    if (before === undefined || now === undefined) return undefined;
    let ticks = 0;
    // One that was not there before has taken all of its time since.
    for (const [pid, taken] of now) ticks += Math.max(0, taken - (before.get(pid) ?? 0));
    return ticks;
  }

  async #read(): Promise<Map<number, number> | undefined> {
    const taken = new Map<number, number>();
    const own = statOf(await readHostFile(`${this.#procRoot}/self/stat`));
    if (own === undefined) return undefined;
    taken.set(own.pid, own.ticks);
    const found = await this.#childrenOf(own.pid);
    if (found === undefined) return undefined;
    for (const pid of found) {
      if (taken.size === MOST) break;
      const stat = statOf(await readHostFile(`${this.#procRoot}/${pid}/stat`));
      if (stat === undefined) continue;
      taken.set(pid, stat.ticks);
      found.push(...((await this.#childrenOf(pid)) ?? []));
    }
    return taken;
  }

  async #childrenOf(pid: number): Promise<number[] | undefined> {
    const text = await readHostFile(`${this.#procRoot}/${pid}/task/${pid}/children`);
    return text?.split(' ').filter(Boolean).map(Number);
  }
}

/** The program's name, in brackets, may hold anything; of what follows, fields 14 and 15 are the times. */
function statOf(text = ''): { readonly pid: number; readonly ticks: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const pid = Number.parseInt(text, 10);
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(pid) || Number.isNaN(ticks) ? undefined : { pid, ticks };
}
