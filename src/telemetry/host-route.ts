import { readHostFile } from './host-files.ts';

/** Flags of a route (linux/route.h). */
const UP = 0x1;
const REJECT = 0x200;

interface Route {
  readonly interface: string;
  readonly metric: number;
}

/**
 * The interface that the way to everywhere leaves by: IPv4's (`/proc/net/route`), else IPv6's (`/proc/net/ipv6_route`);
 * of several the one with the lowest metric. Undefined when there is none.
 */
export async function readDefaultInterface(procRoot: string): Promise<string | undefined> {
  const routes = linesOf(await readHostFile(`${procRoot}/net/route`)).map(routeOfIpv4);
  const best = cheapest(routes) ?? cheapest(linesOf(await readHostFile(`${procRoot}/net/ipv6_route`)).map(routeOfIpv6));
  return best?.interface;
}

function linesOf(text: string | undefined): string[][] {
  return (text ?? '').split('\n').map((line) => line.trim().split(/\s+/));
}

/** `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses and flags in hex. */
function routeOfIpv4([name = '', destination, , flags = '', , , metric, mask]: string[]): Route | undefined {
  if (destination !== '00000000' || mask !== '00000000' || !leadsOut(flags)) return undefined;
  return { interface: name, metric: Number(metric) };
}

/** Destination, its prefix, source, its prefix, next hop, metric, references, use, flags, interface; all in hex. */
function routeOfIpv6(fields: string[]): Route | undefined {
  const [destination = '', prefix, , , , metric = '', , , flags = '', name = ''] = fields;
  if (!/^0{32}$/.test(destination) || prefix !== '00' || !leadsOut(flags) || name === 'lo') return undefined;
  return { interface: name, metric: Number.parseInt(metric, 16) };
}

function leadsOut(flags: string): boolean {
  return (Number.parseInt(flags, 16) & (UP | REJECT)) === UP;
}

function cheapest(routes: readonly (Route | undefined)[]): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    if (route !== undefined && (best === undefined || route.metric < best.metric)) best = route;
  }
  return best;
}
