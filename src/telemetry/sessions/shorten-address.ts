import { isIP } from 'node:net';

const IPV6_GROUPS = 8;
/** Of these, what tells one site from another; the rest tells devices apart. */
const KEPT_GROUPS = 3;

/** Who it was stays unsaid: IPv4 without its last byte (`/24`), IPv6 as the prefix of a site (`/48`). Else empty. */
export function shortenAddress(address: string): string {
  const plain = address.split('%', 1)[0] ?? '';
  const kind = isIP(plain);
  if (kind === 4) return `${plain.split('.').slice(0, 3).join('.')}.0`;
  if (kind !== 6) return '';
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    // The last 32 bits may be written as IPv4: they are two groups, and never among those that are kept.
    const width = after.length + (after.at(-1)?.includes('.') ? 1 : 0);
    while (groups.length < IPV6_GROUPS - width) groups.push('0');
    groups.push(...after);
  }
  const kept = groups.slice(0, KEPT_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept.at(-1) === '0') kept.pop();
  return `${kept.join(':')}::`;
}
