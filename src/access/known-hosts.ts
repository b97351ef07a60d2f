import { isIP } from 'node:net';

/** Names that only a network of its own gives out: no name server on the internet can point them here. */
const LOCAL_NAME = /(?:^localhost|\.localhost|\.local|\.lan|\.home\.arpa|\.internal|\.fritz\.box)$/;
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const MAX_REMEMBERED = 64;

/**
 * The names under which browsers may open this station. A page of another site can have its own name point to a
 * station's address, and then is of the same origin (DNS rebinding): only the name in the header `Host` gives it away.
 */
export class KnownHosts {
  readonly #hostname: string;
  #allowed: ReadonlySet<string> = new Set();
  /** What was found out of a header, as sent: to look at it again costs nothing. */
  readonly #remembered = new Map<string, boolean>();

  /** @param hostname of this machine */
  constructor(hostname: string) {
    this.#hostname = hostname.toLowerCase();
  }

  configure(allowed: readonly string[]): void {
    this.#allowed = new Set(allowed.map((name) => name.toLowerCase()));
    this.#remembered.clear();
  }

  /** @param header `Host`, as sent; without one it is no browser. */
  knows(header: string | undefined): boolean {
    if (header === undefined || header === '') return true;
    const known = this.#remembered.get(header);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const answer = this.#isKnown(header);
    if (header.length <= 300) this.#remembered.set(header, answer);
    return answer;
  }

  /** What who came by another name is told. */
  reasonAgainst(header: string): string {
    const name = hostOf(header);
    const who = name === undefined || !NAME.test(name) ? 'that name' : `"${name}"`;
    return `This Pipit does not go by ${who}. If it should, add the name to auth.allowed_hosts in config.hcl; its IP address always works.`;
  }

  #isKnown(header: string): boolean {
    const host = hostOf(header);
    if (host === undefined) return false;
    if (isIP(host) !== 0) return true;
    if (!NAME.test(host)) return false;
    return !host.includes('.') || LOCAL_NAME.test(host) || host === this.#hostname || this.#allowed.has(host);
  }
}

/** Without the port, in lower case, without the dot that a complete name may end in. */
function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}
