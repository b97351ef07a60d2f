import type { HostLoad } from '../core/host-load.ts';
import { readHostFile } from './host-files.ts';

type HostMemory = Pick<HostLoad, 'memoryPercent' | 'memoryAvailableMb' | 'memoryPressurePercent'>;

/** Memory as `/proc/meminfo` has it (proc_meminfo(5)), and who waits for it, where the kernel says so. */
export async function readHostMemory(procRoot: string): Promise<HostMemory> {
  const text = await readHostFile(`${procRoot}/meminfo`);
  const totalKb = kilobytesOf(text, 'MemTotal');
  const availableKb = kilobytesOf(text, 'MemAvailable');
  return {
    memoryPercent: totalKb && availableKb !== undefined ? 100 * (1 - availableKb / totalKb) : undefined,
    memoryAvailableMb: availableKb === undefined ? undefined : availableKb / 1024,
    memoryPressurePercent: pressureOf(await readHostFile(`${procRoot}/pressure/memory`)),
  };
}

function kilobytesOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text ?? '');
  return found === null ? undefined : Number(found[1]);
}

/** Documentation/accounting/psi.rst. The kernel of a Pi has it only when it was started with `psi=1`. */
function pressureOf(text: string | undefined): number | undefined {
  const found = /^some avg10=(\d+(?:\.\d+)?) /m.exec(text ?? '');
  return found === null ? undefined : Number(found[1]);
}
