import type { HostLoad } from '../core/host-load.ts';
import { readHostFile } from './host-files.ts';
import { HostProcesses } from './host-processes.ts';

/** Ticks since the machine started, all cores together. */
interface Ticks {
  readonly idle: number;
  readonly all: number;
}

/** How busy the processor was between two readings of `/proc/stat` (proc_stat(5)), and with whom. */
export class HostProcessor {
  readonly #path: string;
  readonly #own: HostProcesses;
  #before: Ticks | undefined;

  constructor(procRoot: string) {
    this.#path = `${procRoot}/stat`;
    this.#own = new HostProcesses(procRoot);
  }

  /** 0 to 100 since the last call; undefined the first time. */
  async read(): Promise<Pick<HostLoad, 'cpuPercent' | 'ownCpuPercent'>> {
    const before = this.#before;
    const now = ticksOf(await readHostFile(this.#path));
    const own = await this.#own.ticks();
    this.#before = now;
    if (before === undefined || now === undefined || now.all <= before.all) {
      return { cpuPercent: undefined, ownCpuPercent: undefined };
    }
    const all = now.all - before.all;
    // The kernel's figure for waiting may go back a little.
    const idle = Math.min(Math.max((now.idle - before.idle) / all, 0), 1);
    return {
      cpuPercent: 100 * (1 - idle),
      ownCpuPercent: own === undefined ? undefined : Math.min(100, (100 * own) / all),
    };
  }
}

function ticksOf(text: string | undefined): Ticks | undefined {
  const line = /^cpu +([\d ]+)$/m.exec(text ?? '');
  // user, nice, system, idle, iowait, irq, softirq, steal; time of guests follows, which user holds already.
  const [user, nice, system, idle, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = (line?.[1] ?? '')
    .split(' ')
    .map(Number);
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) return undefined;
  return { idle: idle + ioWait, all: user + nice + system + idle + ioWait + irq + softIrq + steal };
}
