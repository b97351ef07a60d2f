import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { HOST_ROOTS, type HostRoots, readHostFile } from './host-files.ts';

/** Which machine it is. */
export interface HostIdentity {
  /** `[a-z0-9]{12}`; the same after the card was written anew where the board has a serial number. */
  readonly id: string;
  /** `Raspberry Pi 4 Model B Rev 1.4`; empty where the machine does not say. */
  readonly model: string;
}

/** Before the machine was asked. */
export const UNKNOWN_HOST: HostIdentity = Object.freeze({ id: '', model: '' });

/** Serial numbers of the board, then of PCs; then of the installation. */
const SERIALS = [
  (roots: HostRoots) => `${roots.proc}/device-tree/serial-number`,
  (roots: HostRoots) => `${roots.sys}/firmware/devicetree/base/serial-number`,
  (roots: HostRoots) => `${roots.sys}/class/dmi/id/product_uuid`,
];

/**
 * Tells one box from another. Numbers are told as a hash: a serial number of somebody's board is nobody else's business.
 *
 * @param machineIdFile of the installation (machine-id(5)), where the board has no number
 */
export async function readHostIdentity(
  roots: HostRoots = HOST_ROOTS,
  machineIdFile = '/etc/machine-id',
): Promise<HostIdentity> {
  const paths = [...SERIALS.map((pathOf) => pathOf(roots)), machineIdFile];
  let serial = '';
  for (const path of paths) {
    serial = plain(await readHostFile(path));
    if (serial !== '' && !/^0+$/.test(serial)) break;
  }
  const id = createHash('sha256')
    .update(`pipit ${serial === '' ? hostname() : serial}`)
    .digest('hex')
    .slice(0, 12);
  return { id, model: plain(await readHostFile(`${roots.proc}/device-tree/model`)) };
}

/** Strings of the device tree end with a NUL. */
function plain(text: string | undefined): string {
  return (text ?? '').replaceAll('\0', '').trim();
}
