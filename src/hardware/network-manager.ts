import { DeviceError } from '../core/errors.ts';
import { runProgram } from './system-program.ts';
import { checkJoin, strongestOfEach, type Wifi, type WifiNetwork, type WifiStatus } from './wifi.ts';

const JOIN_MS = 60_000;

/** Wi-Fi by NetworkManager, as Raspberry Pi OS has it: through nmcli(1). */
export class NetworkManager implements Wifi {
  readonly #nmcli: string;

  /** @param nmcli the program, by name or path */
  constructor(nmcli = 'nmcli') {
    this.#nmcli = nmcli;
  }

  async status(): Promise<WifiStatus | undefined> {
    const devices = await this.#rows(['-f', 'DEVICE,TYPE,STATE,CONNECTION', 'device']);
    const wifi = devices.find(([, type]) => type === 'wifi');
    if (wifi === undefined) return undefined;
    const [device = '', , state] = wifi;
    const hasEthernet = devices.some(([, type, its]) => type === 'ethernet' && its === 'connected');
    const ssid =
      state === 'connected' ? (await this.#networks('no')).find(({ isCurrent }) => isCurrent)?.ssid : undefined;
    return { backend: 'NetworkManager', device, ssid, hasEthernet };
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    return this.#networks('yes');
  }

  async join(ssid: string, password: string): Promise<void> {
    checkJoin(ssid, password);
    const before = (await this.status())?.ssid;
    const known = (await this.#networks('no')).find((network) => network.ssid === ssid)?.isKnown ?? false;
    const options = { input: `${password}\n`, timeoutMs: JOIN_MS };
    // --ask reads the password from the standard input: an argument would be seen by every user of the machine.
    const ask = password === '' ? [] : ['--ask'];
    const verb = known && password === '' ? ['connection', 'up', 'id', ssid] : ['device', 'wifi', 'connect', ssid];
    const { exitCode, complaint } = await runProgram(this.#nmcli, [...ask, ...verb], options);
    if (exitCode === 0) return;
    if (before !== undefined && before !== ssid) {
      await runProgram(this.#nmcli, ['connection', 'up', 'id', before], { timeoutMs: JOIN_MS }).catch(() => {});
    }
    throw refused(ssid, complaint.trim().split('\n').at(-1) ?? '', password);
  }

  async #networks(rescan: 'yes' | 'no'): Promise<WifiNetwork[]> {
    const [networks, known] = await Promise.all([
      this.#rows(['-f', 'IN-USE,SSID,SIGNAL,SECURITY', 'device', 'wifi', 'list', '--rescan', rescan]),
      this.#rows(['-f', 'TYPE,NAME', 'connection']),
    ]);
    const names = new Set(known.filter(([type]) => type === '802-11-wireless').map(([, name]) => name));
    const named = networks.filter(([, ssid]) => ssid !== '');
    return strongestOfEach(
      named.map(([inUse, ssid = '', signal, security = '']) => ({
        ssid,
        signalPercent: Number(signal) || 0,
        isSecured: security !== '' && security !== '--',
        isCurrent: inUse === '*',
        isKnown: names.has(ssid),
      })),
    );
  }

  /** @throws DeviceError `hardware.wifi-refused` when it does not answer as it should */
  async #rows(args: readonly string[]): Promise<string[][]> {
    const { exitCode, out, complaint } = await runProgram(this.#nmcli, ['-t', ...args]);
    if (exitCode !== 0) throw refused('', complaint.trim().split('\n')[0] ?? '', '');
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map(fieldsOf);
  }
}

/** A line of nmcli's terse output: colons between fields, backslashes before those (and backslashes) within one. */
export function fieldsOf(line: string): string[] {
  const fields = [''];
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    if (character === ':') fields.push('');
    else fields[fields.length - 1] += character === '\\' ? (line[++at] ?? '') : character;
  }
  return fields;
}

function refused(ssid: string, why: string, password: string): DeviceError {
  const shown = password === '' ? why : why.replaceAll(password, '…');
  const what = ssid === '' ? 'NetworkManager can’t be asked' : `The network “${ssid}” can’t be joined`;
  return new DeviceError('hardware.wifi-refused', `${what}: ${shown}`, {
    remedy: /secret|password|802-1x|authoriz/i.test(why)
      ? 'Check the password.'
      : 'Move closer to the access point, or use a cable.',
  });
}
