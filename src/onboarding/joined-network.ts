import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** Of the access point; see 40-pipit-access-point.network. Another one of that network is given by a laptop's hotspot. */
export const OWN_ADDRESS = '10.42.0.1';
/** Of its page. Port 80 belongs to pipit-redirect.socket, which sends phones here while the access point is open. */
export const PORTAL_PORT = 8002;

/** What this machine is connected by. */
export interface Connection {
  /** A cable is plugged in at both ends. */
  readonly hasCable: boolean;
  /** The radio has an address that an access point of others gave. */
  readonly hasWifi: boolean;
}

/** How it is at this moment, from what the kernel says. @param net its folder of network devices */
export function connection(net = '/sys/class/net', addresses = networkInterfaces): Connection {
  const devices = readdirSync(net).flatMap((name) => {
    const entries = readdirSync(join(net, name), { withFileTypes: true }).map((entry) => entry.name);
    // What is made of software alone has no device.
    return entries.includes('device') ? [{ name, isRadio: entries.includes('phy80211') }] : [];
  });
  const own = addresses();
  const hasAddress = (name: string): boolean =>
    (own[name] ?? []).some(
      ({ address, family, scopeid }) =>
        address !== OWN_ADDRESS && !address.startsWith('169.254.') && (family === 'IPv4' || scopeid === 0),
    );
  return {
    hasCable: devices.some(({ name, isRadio }) => !isRadio && hasCarrier(join(net, name))),
    hasWifi: devices.some(({ name, isRadio }) => isRadio && hasAddress(name)),
  };
}

function hasCarrier(device: string): boolean {
  try {
    return readFileSync(join(device, 'carrier'), 'utf8').trim() === '1';
  } catch {
    // One that is off can't say.
    return false;
  }
}
