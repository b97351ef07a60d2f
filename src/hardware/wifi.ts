import { DeviceError } from '../core/errors.ts';

/** A network in reach. */
export interface WifiNetwork {
  readonly ssid: string;
  /** 0 to 100. */
  readonly signalPercent: number;
  readonly isSecured: boolean;
  /** The one that is used. */
  readonly isCurrent: boolean;
  /** It can be joined without a password, for the system knows it. */
  readonly isKnown: boolean;
}

export interface WifiStatus {
  /** Which program of the system looks after it. */
  readonly backend: 'NetworkManager' | 'iwd';
  /** `wlan0` */
  readonly device: string;
  /** Undefined while none is joined. */
  readonly ssid: string | undefined;
  /** A cable is in use as well: whatever happens to the Wi-Fi, the box stays in reach. */
  readonly hasEthernet: boolean;
}

/** Where the system lets Wi-Fi be looked after. */
export interface Wifi {
  /** Undefined where there is no radio. */
  status(): Promise<WifiStatus | undefined>;
  /** What is in reach, the strongest first, each name once. */
  scan(): Promise<readonly WifiNetwork[]>;
  /**
   * Joins a network; when that fails, the one before is joined again.
   * @param password empty: none, or the one that the system knows
   * @throws DeviceError `hardware.wifi-refused`
   */
  join(ssid: string, password: string): Promise<void>;
}

/** @throws DeviceError `hardware.wifi-refused` for what no network can have as a name or a password */
export function checkJoin(ssid: string, password: string): void {
  const wrong = !isSsid(ssid)
    ? 'A network’s name has 1 to 32 bytes'
    : password !== '' && !isWifiPassword(password)
      ? 'A Wi-Fi password has 8 to 63 letters, digits and signs without accents'
      : undefined;
  if (wrong !== undefined) throw new DeviceError('hardware.wifi-refused', wrong, { remedy: 'Type it again.' });
}

/** True for what can be the name of a network: 1 to 32 bytes (IEEE 802.11-2020, 9.4.2.2), none of them a control. */
export function isSsid(name: string): boolean {
  const bytes = Buffer.byteLength(name);
  return bytes >= 1 && bytes <= 32 && !/\p{Cc}/u.test(name);
}

/** True for what WPA takes as a password: 8 to 63 printable ASCII characters (IEEE 802.11-2020, J.4). */
export function isWifiPassword(password: string): boolean {
  return /^[\x20-\x7e]{8,63}$/.test(password);
}

/** True for the key that is made of a password: 64 hexadecimal digits. Files of networks hold it; iwd takes none from people. */
export function isWifiKey(text: string): boolean {
  return /^[0-9a-fA-F]{64}$/.test(text);
}

/** Each name once, the strongest of it, with what any of them is. */
export function strongestOfEach(networks: readonly WifiNetwork[]): WifiNetwork[] {
  const byName = new Map<string, WifiNetwork>();
  for (const network of networks.toSorted((a, b) => b.signalPercent - a.signalPercent)) {
    const known = byName.get(network.ssid);
    if (known === undefined) byName.set(network.ssid, network);
    else if (network.isCurrent) byName.set(network.ssid, { ...known, isCurrent: true });
  }
  return [...byName.values()];
}
