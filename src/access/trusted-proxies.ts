import { BlockList, isIP } from 'node:net';

/** Who is at the other end, as far as it can be believed. */
export interface Peer {
  /** Of the connection. */
  readonly address: string;
  /** The connection is encrypted. */
  readonly isEncrypted: boolean;
  /** The headers `X-Forwarded-For` and `X-Forwarded-Proto`, as sent. */
  readonly forwardedFor: string | undefined;
  readonly forwardedProto: string | undefined;
}

/** Reverse proxies that are believed what they say about whom they speak for. From anybody else it counts nothing. */
export class TrustedProxies {
  #list: BlockList | undefined;

  /** @param networks `192.168.1.2`, `172.17.0.0/16` */
  configure(networks: readonly string[]): void {
    if (networks.length === 0) {
      this.#list = undefined;
      return;
    }
    const list = new BlockList();
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
    }
    this.#list = list;
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return this.#list !== undefined && family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /**
   * Whom a trusted proxy speaks for: each adds at the end whom it has heard from, so the last one that is no proxy of
   * ours is the client; what stands before it anybody may have written.
   */
  clientOf({ address, forwardedFor }: Peer): string {
    if (forwardedFor === undefined || this.#list === undefined) return address;
    let client = address;
    const hops = forwardedFor.split(',');
    while (hops.length > 0 && this.trusts(client)) {
      const hop = addressOf(hops.pop() ?? '');
      if (hop === undefined) break;
      client = hop;
    }
    return client;
  }

  /** Whether the client's part of the way is encrypted. */
  isSecure(peer: Peer): boolean {
    if (peer.isEncrypted) return true;
    const told = peer.forwardedProto?.split(',').at(-1)?.trim().toLowerCase();
    return told === 'https' && this.trusts(peer.address);
  }
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`. */
function addressOf(written: string): string | undefined {
  const text = written.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const plain = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 0 ? undefined : plain;
}
