import { stripVTControlCharacters } from 'node:util';
import { DeviceError } from '../core/errors.ts';
import { runProgram } from './system-program.ts';
import { checkJoin, strongestOfEach, type Wifi, type WifiNetwork, type WifiStatus } from './wifi.ts';

const SERVICE = 'net.connman.iwd';
const SCAN_MS = 8_000;
const LOOK_MS = 500;
const JOIN_MS = 60_000;

/** Properties of an object of iwd as busctl's JSON has them, by interface. */
type Managed = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, { readonly data: unknown }>>>>>>;

/** Programs that it is asked with, by name or path. */
export interface IwdPrograms {
  readonly busctl: string;
  readonly iwctl: string;
  /** Says which cables are in use. */
  readonly hasEthernet: () => Promise<boolean>;
}

/** Wi-Fi by iwd, as the image has it: over D-Bus (doc/station-api.txt, doc/network-api.txt of iwd), through busctl(1). */
export class Iwd implements Wifi {
  readonly #programs: IwdPrograms;

  constructor(programs: IwdPrograms) {
    this.#programs = programs;
  }

  async status(): Promise<WifiStatus | undefined> {
    const objects = await this.#objects();
    const station = stationOf(objects);
    if (station === undefined) return undefined;
    const current = text(objects[station]?.[`${SERVICE}.Station`]?.['ConnectedNetwork']);
    const ssid = current === undefined ? undefined : text(objects[current]?.[`${SERVICE}.Network`]?.['Name']);
    const device = text(objects[station]?.[`${SERVICE}.Device`]?.['Name']) ?? '';
    return { backend: 'iwd', device, ssid, hasEthernet: await this.#programs.hasEthernet() };
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    const station = await this.#station();
    // Fails while one is under way, whose result is as good.
    await this.#call(station, `${SERVICE}.Station`, 'Scan').catch(() => {});
    const until = Date.now() + SCAN_MS;
    let objects = await this.#objects();
    while (objects[station]?.[`${SERVICE}.Station`]?.['Scanning']?.data === true && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      objects = await this.#objects();
    }
    const answer = (await this.#call(station, `${SERVICE}.Station`, 'GetOrderedNetworks')) as {
      readonly data?: readonly (readonly (readonly [string, number])[])[];
    };
    const found = (answer.data?.[0] ?? []).flatMap(([path, hundredthsDbm]) => {
      const network = objects[path]?.[`${SERVICE}.Network`];
      const ssid = text(network?.['Name']);
      if (network === undefined || ssid === undefined) return [];
      return {
        ssid,
        signalPercent: percentOf(hundredthsDbm / 100),
        isSecured: text(network['Type']) !== 'open',
        isCurrent: network['Connected']?.data === true,
        isKnown: text(network['KnownNetwork']) !== undefined,
      };
    });
    return strongestOfEach(found);
  }

  async join(ssid: string, password: string): Promise<void> {
    checkJoin(ssid, password);
    const before = await this.status();
    if (before === undefined) throw noRadio();
    // iwd asks an agent for the password; iwctl is one, and takes it as an argument only.
    const given = password === '' ? [] : [`--passphrase=${password}`];
    const connect = (name: string, more: readonly string[]) =>
      runProgram(this.#programs.iwctl, [...more, '--dont-ask', 'station', before.device, 'connect', name], {
        timeoutMs: JOIN_MS,
      });
    const { exitCode, out, complaint } = await connect(ssid, given);
    if (exitCode === 0) return;
    if (before.ssid !== undefined && before.ssid !== ssid) await connect(before.ssid, []).catch(() => {});
    const why = lastLine(`${out}\n${complaint}`).replaceAll(password === '' ? '\0' : password, '…');
    throw new DeviceError('hardware.wifi-refused', `The network “${ssid}” can’t be joined: ${why}`, {
      remedy: 'Check the password, move closer to the access point, or use a cable.',
    });
  }

  async #station(): Promise<string> {
    const station = stationOf(await this.#objects());
    if (station === undefined) throw noRadio();
    return station;
  }

  async #objects(): Promise<Managed> {
    const answer = (await this.#call('/', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects')) as {
      readonly data?: readonly Managed[];
    };
    return answer.data?.[0] ?? {};
  }

  /** @throws DeviceError `hardware.wifi-refused` */
  async #call(path: string, of: string, method: string): Promise<unknown> {
    const args = ['--system', '--json=short', 'call', SERVICE, path, of, method];
    const { exitCode, out, complaint } = await runProgram(this.#programs.busctl, args);
    if (exitCode !== 0) {
      throw new DeviceError('hardware.wifi-refused', `iwd can’t be asked: ${lastLine(complaint)}`, {
        remedy: 'See: systemctl status iwd',
      });
    }
    return out.trim() === '' ? undefined : (JSON.parse(out) as unknown);
  }
}

function stationOf(objects: Managed): string | undefined {
  return Object.keys(objects).find((path) => objects[path]?.[`${SERVICE}.Station`] !== undefined);
}

function text(property: { readonly data: unknown } | undefined): string | undefined {
  return typeof property?.data === 'string' ? property.data : undefined;
}

/** -50 dBm and better is full, -100 nothing: as NetworkManager counts. */
function percentOf(dbm: number): number {
  return Math.round(Math.min(100, Math.max(0, 2 * (dbm + 100))));
}

/** Without what colours a terminal. */
function lastLine(lines: string): string {
  return stripVTControlCharacters(lines).trim().split('\n').at(-1) ?? '';
}

function noRadio(): DeviceError {
  return new DeviceError('hardware.no-wifi', 'There is no Wi-Fi radio', { remedy: 'Use a cable.' });
}
