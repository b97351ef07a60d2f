import { networkInterfaces } from 'node:os';
import { plainAddress } from '../core/plain-address.ts';
import { OnboardingSign } from '../hardware/onboarding-sign.ts';
import { OWN_ADDRESS, PORTAL_PORT } from './joined-network.ts';

/** Both ends of a connection, as node:net tells them; undefined: the other one has gone. */
export interface ConnectionEnds {
  readonly localAddress?: string | undefined;
  readonly remoteAddress?: string | undefined;
}

export interface LeadToPortalDeps {
  readonly sign: Pick<OnboardingSign, 'isShown'>;
  readonly interfaces: typeof networkInterfaces;
}

const PORTAL = `http://${OWN_ADDRESS}:${PORTAL_PORT}/`;
/** 10.42.0.0/24 */
const OWN_NETWORK = OWN_ADDRESS.slice(0, OWN_ADDRESS.lastIndexOf('.') + 1);
const THIS_MACHINE: LeadToPortalDeps = { sign: new OnboardingSign(), interfaces: networkInterfaces };

/**
 * Where who has come over the access point for setting up belongs: its password is known to everybody, so nothing of the
 * station is for them. Answers go to where their address leads; so whoever gets any has an address of its network, or one
 * that counts on its link alone, whichever of our addresses was asked.
 *
 * @returns the URL of its page; undefined for those who have come another way
 */
export function portalFor(
  { localAddress, remoteAddress }: ConnectionEnds,
  { sign, interfaces } = THIS_MACHINE,
): string | undefined {
  if (!sign.isShown) return undefined;
  const remote = plainAddress(remoteAddress);
  const [local = '', link] = plainAddress(localAddress).split('%');
  // Where they came from can't be told any more: nothing is lost by sending them there.
  if (remote === '' || local === '' || remote.startsWith(OWN_NETWORK)) return PORTAL;
  const [name, own] = Object.entries(interfaces()).find(([, list]) => hasOwnAddress(list)) ?? [];
  return own !== undefined && (link === name || own.some(({ address }) => address === local)) ? PORTAL : undefined;
}

function hasOwnAddress(list: ReturnType<typeof networkInterfaces>[string]): boolean {
  return list?.some(({ address }) => address === OWN_ADDRESS) === true;
}
