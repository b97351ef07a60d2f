import { readdirSync, readFileSync } from 'node:fs';

/** Busy and all time of all processors since the machine began, in ticks. */
export interface MachineTime {
  readonly busy: number;
  readonly all: number;
}

export function machineTime(): MachineTime {
  const line = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
  const ticks = line.split(' ').map(Number);
  // user nice system idle iowait irq softirq steal; guests are in user already (proc_stat(5)).
  const all = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
  return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all };
}

export function busyPercent(before: MachineTime, after: MachineTime): number {
  return (100 * (after.busy - before.busy)) / (after.all - before.all);
}

/**
 * Processor time of a process so far, seconds: of the threads that it has now. Finer than the ticks of 10 ms in its
 * `stat`, which are too coarse for a server that does next to nothing (Documentation/scheduler/sched-stats).
 */
export function threadSeconds(pid: number): number {
  const times = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return times.reduce((sum, each) => sum + each, 0) / 1e9;
}

/** The child process whose command line holds this text. */
export function childOf(pid: number, text: string): number | undefined {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '),
  );
  return children
    .filter((child) => child !== '')
    .map(Number)
    .find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(text));
}
