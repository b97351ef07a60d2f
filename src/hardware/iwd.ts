import { DeviceError } from '../core/errors.ts';
import { IWD, IwdBus, type IwdObjects, lastLine, percentOf, textOf } from './iwd-bus.ts';
import { runProgram } from './system-program.ts';
import { checkJoin, strongestOfEach, type Wifi, type WifiNetwork, type WifiStatus } from './wifi.ts';

const SCAN_MS = 8_000;
const LOOK_MS = 500;
const JOIN_MS = 60_000;

/** Programs that it is asked with, by name or path. */
export interface IwdPrograms {
  readonly busctl: string;
  readonly iwctl: string;
  readonly sync: string;
  /** Says which cables are in use. */
  readonly hasEthernet: () => Promise<boolean>;
}

/** Wi-Fi by iwd, as the image has it: over D-Bus (doc/station-api.txt, doc/network-api.txt of iwd), through busctl(1). */
export class Iwd implements Wifi {
  readonly #programs: IwdPrograms;
  readonly #bus: IwdBus;

  constructor(programs: IwdPrograms) {
    this.#programs = programs;
    this.#bus = new IwdBus(programs.busctl);
  }

  async status(): Promise<WifiStatus | undefined> {
    const objects = await this.#bus.objects();
    const station = stationOf(objects);
    if (station === undefined) return undefined;
    const current = textOf(objects[station]?.[`${IWD}.Station`]?.['ConnectedNetwork']);
    const ssid = current === undefined ? undefined : textOf(objects[current]?.[`${IWD}.Network`]?.['Name']);
    const device = textOf(objects[station]?.[`${IWD}.Device`]?.['Name']) ?? '';
    return { backend: 'iwd', device, ssid, hasEthernet: await this.#programs.hasEthernet() };
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    const station = await this.#station();
    // Fails while one is under way, whose result is as good.
    await this.#bus.call(station, `${IWD}.Station`, 'Scan').catch(() => {});
    const untilMs = performance.now() + SCAN_MS;
    let objects = await this.#bus.objects();
    while (objects[station]?.[`${IWD}.Station`]?.['Scanning']?.data === true && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      objects = await this.#bus.objects();
    }
    const answer = (await this.#bus.call(station, `${IWD}.Station`, 'GetOrderedNetworks')) as {
      readonly data?: readonly (readonly (readonly [string, number])[])[];
    };
    const found = (answer.data?.[0] ?? []).flatMap(([path, hundredthsDbm]) => {
      const network = objects[path]?.[`${IWD}.Network`];
      const ssid = textOf(network?.['Name']);
      if (network === undefined || ssid === undefined) return [];
      return {
        ssid,
        signalPercent: percentOf(hundredthsDbm / 100),
        isSecured: textOf(network['Type']) !== 'open',
        isCurrent: network['Connected']?.data === true,
        isKnown: textOf(network['KnownNetwork']) !== undefined,
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
    const connect = (name: string, more: readonly string[], verb = 'connect') =>
      // A name may begin with a dash, and is no option.
      runProgram(this.#programs.iwctl, [...more, '--dont-ask', '--', 'station', before.device, verb, name], {
        timeoutMs: JOIN_MS,
      });
    const network = networkOf(await this.#bus.objects(), ssid);
    // One that is not in sight may hide its name: then it answers to it.
    const verb = network === undefined ? 'connect-hidden' : 'connect';
    let answer = await connect(ssid, given, verb);
    const known = textOf(network?.['KnownNetwork']);
    if (answer.exitCode !== 0 && known !== undefined && password !== '') {
      // iwd tried the password that it knew: the network has another one now.
      await this.#bus.call(known, `${IWD}.KnownNetwork`, 'Forget').catch(() => {});
      answer = await connect(ssid, given, verb);
    }
    const { exitCode, out, complaint } = answer;
    if (exitCode === 0) return this.#keep();
    if (before.ssid !== undefined && before.ssid !== ssid) await connect(before.ssid, []).catch(() => {});
    const why = lastLine(`${out}\n${complaint}`).replaceAll(password === '' ? '\0' : password, '…');
    throw new DeviceError('hardware.wifi-refused', `The network “${ssid}” can’t be joined: ${why}`, {
      remedy: 'Check the password, move closer to the access point, or use a cable.',
    });
  }

  /**
   * iwd leaves the file of a network that it has joined to the kernel (write_file in its src/storage.c), which takes half a
   * minute: who pulls the plug sooner would find it forgotten. A disk that can't do it is no reason not to be joined.
   */
  async #keep(): Promise<void> {
    await runProgram(this.#programs.sync, []).catch(() => {});
  }

  async #station(): Promise<string> {
    const station = stationOf(await this.#bus.objects());
    if (station === undefined) throw noRadio();
    return station;
  }
}

/** The network of that name, of those in sight. */
function networkOf(objects: IwdObjects, ssid: string) {
  const all = Object.values(objects).map((object) => object[`${IWD}.Network`]);
  return all.find((network) => textOf(network?.['Name']) === ssid);
}

function stationOf(objects: IwdObjects): string | undefined {
  return Object.keys(objects).find((path) => objects[path]?.[`${IWD}.Station`] !== undefined);
}

function noRadio(): DeviceError {
  return new DeviceError('hardware.no-wifi', 'There is no Wi-Fi radio', { remedy: 'Use a cable.' });
}
