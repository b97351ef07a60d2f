import type { HostLoad } from '../core/host-load.ts';
import { readHostFile } from './host-files.ts';

/** Memory as `/proc/meminfo` has it (proc_meminfo(5)). */
export async function readHostMemory(procRoot: string): Promise<Pick<HostLoad, 'memoryPercent' | 'memoryAvailableMb'>> {
  const text = await readHostFile(`${procRoot}/meminfo`);
  const totalKb = kilobytesOf(text, 'MemTotal');
  const availableKb = kilobytesOf(text, 'MemAvailable');
  return {
    memoryPercent: totalKb && availableKb !== undefined ? 100 * (1 - availableKb / totalKb) : undefined,
    memoryAvailableMb: availableKb === undefined ? undefined : availableKb / 1024,
  };
}

function kilobytesOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text ?? '');
  return found === null ? undefined : Number(found[1]);
}
