import { isIPv6, type Socket } from 'node:net';

/** How the kernel's table of connections names one of them. */
export interface TableKey {
  readonly table: 'tcp' | 'tcp6';
  /** Both ends as they stand in its line: `LOCAL:PORT REMOTE:PORT`, in upper-case hex. */
  readonly ends: string;
  /** The two ports in one number, to find candidates by: the local one in the upper half. */
  readonly ports: number;
}

/** Undefined for a socket that is not connected. */
export function tableKeyOf(socket: Socket): TableKey | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    // An IPv4 client of a socket that listens on both is in the table of IPv6, its address mapped.
    table: isIPv6(localAddress) ? 'tcp6' : 'tcp',
    ends: `${endOf(localAddress, localPort)} ${endOf(remoteAddress, remotePort)}`,
    ports: (localPort << 16) | remotePort,
  };
}

function endOf(address: string, port: number): string {
  return `${hexAddress(address)}:${hex(port, 4)}`;
}

/** The kernel prints each four bytes of an address as one number of its own byte order: little-endian, on all that we run on. */
function hexAddress(address: string): string {
  const bytes = isIPv6(address) ? bytesOfIpv6(address) : address.split('.').map(Number);
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    for (let at = word + 3; at >= word; at -= 1) text += hex(bytes[at] ?? 0, 2);
  }
  return text;
}

function bytesOfIpv6(address: string): number[] {
  const [plain = ''] = address.split('%');
  const [front = '', back] = plain.split('::');
  const head = bytesOfGroups(front);
  if (back === undefined) return head;
  const tail = bytesOfGroups(back);
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function bytesOfGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
