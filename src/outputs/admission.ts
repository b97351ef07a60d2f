import { BlockList, isIPv6 } from 'node:net';

export { plainAddress } from '../core/plain-address.ts';

export interface AdmissionLimits {
  readonly maxListeners: number;
  /** Per IP address; 0: no limit. */
  readonly maxListenersPerAddress: number;
  /** Networks in CIDR notation without a limit per address; loopback never has one. */
  readonly exemptNetworks: readonly string[];
}

/** Why nobody more is let in. */
export type Full = 'full' | 'full-for-address';

/** Counts who listens, over all mounts, and says when there are enough. */
export class Admission {
  #limits: AdmissionLimits;
  #exempt: BlockList;
  #count = 0;
  readonly #byAddress = new Map<string, number>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#exempt = blockListOf(limits.exemptNetworks);
  }

  /** Changes the limits; who is in stays in. */
  configure(limits: AdmissionLimits): void {
    this.#limits = limits;
    this.#exempt = blockListOf(limits.exemptNetworks);
  }

  /** Lets one listener in, or says why not. Call the returned function once, when it has left. */
  enter(address: string): (() => void) | Full {
    const { maxListeners, maxListenersPerAddress } = this.#limits;
    if (this.#count >= maxListeners) return 'full';
    const here = this.#byAddress.get(address) ?? 0;
    if (maxListenersPerAddress > 0 && here >= maxListenersPerAddress && !this.#isExempt(address)) {
      return 'full-for-address';
    }
    this.#count += 1;
    this.#byAddress.set(address, here + 1);
    return () => {
      this.#count -= 1;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }

  #isExempt(address: string): boolean {
    return this.#exempt.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of [...networks, '127.0.0.0/8', '::1/128']) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}
