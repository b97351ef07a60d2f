import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError } from '../core/errors.ts';
import { Iwd } from './iwd.ts';
import { NetworkManager } from './network-manager.ts';
import { runProgram } from './system-program.ts';
import type { Wifi } from './wifi.ts';

/** Programs that may be there, by name or path. */
export interface WifiPrograms {
  readonly nmcli: string;
  readonly busctl: string;
  readonly iwctl: string;
  readonly sync: string;
}

const PROGRAMS: WifiPrograms = { nmcli: 'nmcli', busctl: 'busctl', iwctl: 'iwctl', sync: 'sync' };
/** ARPHRD_ETHER of linux/if_arp.h; Wi-Fi has it too. */
const ETHERNET = '1';

/** What looks after this machine's Wi-Fi; undefined where nothing does that can be asked, or there is no radio. */
export async function findWifi(programs: WifiPrograms = PROGRAMS, net = '/sys/class/net'): Promise<Wifi | undefined> {
  const { nmcli, busctl, iwctl, sync } = programs;
  const candidates = [
    { name: nmcli, args: ['-t', '-f', 'RUNNING', 'general'], wifi: new NetworkManager(nmcli) },
    {
      name: busctl,
      args: ['--system', 'status', 'net.connman.iwd'],
      wifi: new Iwd({ busctl, iwctl, sync, hasEthernet: () => hasEthernet(net) }),
    },
  ];
  for (const { name, args, wifi } of candidates) {
    try {
      const { exitCode, out } = await runProgram(name, args, { timeoutMs: 5_000 });
      if (exitCode === 0 && !/^not running/.test(out) && (await wifi.status()) !== undefined) return wifi;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }
  return undefined;
}

/** A cable is plugged in at both ends. */
async function hasEthernet(net: string): Promise<boolean> {
  const names = await readdir(net).catch((): string[] => []);
  const are = await Promise.all(
    names.map(async (name) => {
      const entries = await readdir(join(net, name)).catch((): string[] => []);
      if (entries.includes('wireless') || !entries.includes('device')) return false;
      const read = (file: string) =>
        readFile(join(net, name, file), 'utf8').then(
          (text) => text.trim(),
          () => '',
        );
      return (await read('type')) === ETHERNET && (await read('carrier')) === '1';
    }),
  );
  return are.includes(true);
}
