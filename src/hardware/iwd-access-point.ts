import { DeviceError } from '../core/errors.ts';
import { IWD, IwdBus, type IwdObjects, percentOf, textOf } from './iwd-bus.ts';
import { strongestOfEach, type WifiNetwork } from './wifi.ts';

/** What a radio is: the one that is used as an access point, or as a client. */
export interface Radio {
  /** `wlan0` */
  readonly device: string;
  /** `dc:a6:32:01:02:03` */
  readonly address: string;
  readonly mode: 'station' | 'ap';
  /** How many networks are known that could be joined. */
  readonly knownNetworks: number;
}

const APPEAR_MS = 5_000;
const LOOK_MS = 100;
const SCAN_MS = 10_000;

/**
 * Turns the radio into an access point, and back (doc/device-api.txt and doc/access-point-api.txt of iwd). The radio is
 * either: while it is an access point, no network is joined. Addresses are for others to give.
 */
export class IwdAccessPoint {
  readonly #bus: IwdBus;

  constructor(bus = new IwdBus()) {
    this.#bus = bus;
  }

  /** Undefined where iwd has none. @throws DeviceError `hardware.wifi-refused` where iwd does not run */
  async radio(): Promise<Radio | undefined> {
    const objects = await this.#bus.objects();
    const device = objects[radioOf(objects) ?? '']?.[`${IWD}.Device`];
    const name = textOf(device?.['Name']);
    if (device === undefined || name === undefined) return undefined;
    return {
      device: name,
      address: textOf(device['Address']) ?? '',
      mode: textOf(device['Mode']) === 'ap' ? 'ap' : 'station',
      knownNetworks: Object.values(objects).filter((object) => object[`${IWD}.KnownNetwork`] !== undefined).length,
    };
  }

  /**
   * @param password 8 to 63 characters of ASCII: iwd opens none without
   * @throws DeviceError `hardware.wifi-refused`, `hardware.no-wifi`
   */
  async open(ssid: string, password: string): Promise<void> {
    const path = await this.#become('ap', `${IWD}.AccessPoint`);
    await this.#bus.call(path, `${IWD}.AccessPoint`, 'Start', 'ss', ssid, password);
  }

  /**
   * What is in reach, looked for while it is an access point. Not every driver can do both at once.
   * @throws DeviceError as `open`
   */
  async scan(): Promise<readonly WifiNetwork[]> {
    const path = radioOf(await this.#bus.objects()) ?? '/';
    const interfaceName = `${IWD}.AccessPoint`;
    await this.#bus.call(path, interfaceName, 'Scan');
    const untilMs = performance.now() + SCAN_MS;
    const isScanning = async () => (await this.#bus.objects())[path]?.[interfaceName]?.['Scanning']?.data === true;
    do await new Promise((resolve) => setTimeout(resolve, LOOK_MS * 5));
    while ((await isScanning()) && performance.now() < untilMs);
    const answer = (await this.#bus.call(path, interfaceName, 'GetOrderedNetworks')) as {
      readonly data?: readonly (readonly IwdObjects[string][string][])[];
    };
    const found = (answer.data?.[0] ?? []).flatMap((network) => {
      const ssid = textOf(network['Name']);
      if (ssid === undefined) return [];
      const dbm = Number(network['SignalStrength']?.data ?? -10_000) / 100;
      const isSecured = textOf(network['Type']) !== 'open';
      return { ssid, signalPercent: percentOf(dbm), isSecured, isCurrent: false, isKnown: false };
    });
    return strongestOfEach(found);
  }

  /** Back to a client, which joins a network that is known by itself. @throws DeviceError as `open` */
  async close(): Promise<void> {
    await this.#become('station', `${IWD}.Station`);
  }

  /** @param as the interface that then comes, a moment after the mode */
  async #become(mode: Radio['mode'], as: string): Promise<string> {
    const objects = await this.#bus.objects();
    const path = radioOf(objects);
    const device = objects[path ?? '']?.[`${IWD}.Device`];
    if (path === undefined || device === undefined) {
      throw new DeviceError('hardware.no-wifi', 'There is no Wi-Fi radio', { remedy: 'Use a cable.' });
    }
    if (device['Powered']?.data === false) await this.#bus.set(path, `${IWD}.Device`, 'Powered', 'b', 'true');
    if (textOf(device['Mode']) !== mode) await this.#bus.set(path, `${IWD}.Device`, 'Mode', 's', mode);
    const untilMs = performance.now() + APPEAR_MS;
    while ((await this.#bus.objects())[path]?.[as] === undefined && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return path;
  }
}

function radioOf(objects: IwdObjects): string | undefined {
  return Object.keys(objects).find((path) => objects[path]?.[`${IWD}.Device`] !== undefined);
}
