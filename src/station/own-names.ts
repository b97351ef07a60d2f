import { hostname, networkInterfaces } from 'node:os';

const MAX_NAMES = 16;

/** What browsers on the network may call this machine. */
export function ownNames(): string[] {
  const name = hostname().toLowerCase();
  const isName = /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/.test(name);
  const names = isName ? [name, ...(name.includes('.') ? [] : [`${name}.local`])] : [];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [...names, 'localhost', '127.0.0.1', '::1', ...new Set(addresses)].slice(0, MAX_NAMES);
}
