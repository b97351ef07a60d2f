import { readHostFile } from './host-files.ts';

/** Ticks since the machine started, all cores together. */
interface Ticks {
  readonly idle: number;
  readonly all: number;
}

/** How busy the processor was between two readings of `/proc/stat` (proc_stat(5)). */
export class HostProcessor {
  readonly #path: string;
  #before: Ticks | undefined;

  constructor(procRoot: string) {
    this.#path = `${procRoot}/stat`;
  }

  /** 0 to 100 since the last call; undefined the first time. */
  async percent(): Promise<number | undefined> {
    const before = this.#before;
    const now = ticksOf(await readHostFile(this.#path));
    this.#before = now;
    if (before === undefined || now === undefined || now.all <= before.all) return undefined;
    // The kernel's figure for waiting may go back a little.
    const idle = Math.min(Math.max((now.idle - before.idle) / (now.all - before.all), 0), 1);
    return 100 * (1 - idle);
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
