import { networkInterfaces } from 'node:os';

/** How to reach this machine, the way for others last: by its address on the LAN when it listens there. */
export function stationUrls(host: string, port: number): string[] {
  const isEverywhere = host === '::' || host === '0.0.0.0';
  if (!isEverywhere) return [`http://${host.includes(':') ? `[${host}]` : host}:${port}/`];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => `http://${address}:${port}/`);
  return [`http://localhost:${port}/`, ...addresses];
}
