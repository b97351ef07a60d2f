/** What a client tells a server (RFC 2132, 9.6). */
const DISCOVER = 1;
const REQUEST = 3;
const [OFFER, ACK] = [2, 5];
/** Begins the options (RFC 2131, 3). */
const COOKIE = 0x63_82_53_63;
const OPTIONS_AT = 240;
/** Who asks has no address yet: it can be answered to all only. */
const BROADCAST = 0x80_00;
const OPTION = { mask: 1, requestedAddress: 50, type: 53, server: 54, end: 255 } as const;

/** What a server offers or has given. */
export interface DhcpAnswer {
  readonly kind: 'offer' | 'ack';
  /** `10.42.0.17` */
  readonly address: string;
  readonly prefixBits: number;
  readonly server: string;
}

/**
 * A client's message, 300 bytes as BOOTP relays want it.
 * @param mac 6 bytes
 * @param offered what to take; undefined: whatever there is
 */
export function dhcpQuestion(mac: Buffer, transaction: number, offered?: DhcpAnswer): Buffer {
  const message = Buffer.alloc(300);
  // From a client, Ethernet, and the length of its addresses.
  message.set([1, 1, 6, 0]);
  message.writeUInt32BE(transaction, 4);
  message.writeUInt16BE(BROADCAST, 10);
  mac.copy(message, 28, 0, 6);
  message.writeUInt32BE(COOKIE, 236);
  const options = offered
    ? [
        ...[OPTION.type, 1, REQUEST],
        ...[OPTION.requestedAddress, 4, ...bytesOf(offered.address)],
        ...[OPTION.server, 4, ...bytesOf(offered.server)],
      ]
    : [OPTION.type, 1, DISCOVER];
  message.set([...options, OPTION.end], OPTIONS_AT);
  return message;
}

/** @returns undefined for what answers somebody else, refuses, or is no DHCP */
export function dhcpAnswer(message: Buffer, transaction: number): DhcpAnswer | undefined {
  if (message.length < OPTIONS_AT || message[0] !== 2 || message.readUInt32BE(4) !== transaction) return undefined;
  if (message.readUInt32BE(236) !== COOKIE) return undefined;
  const options = optionsOf(message.subarray(OPTIONS_AT));
  const type = options.get(OPTION.type)?.[0];
  const [mask, server] = [options.get(OPTION.mask), options.get(OPTION.server)];
  if ((type !== OFFER && type !== ACK) || mask?.length !== 4 || server?.length !== 4) return undefined;
  return {
    kind: type === OFFER ? 'offer' : 'ack',
    address: message.subarray(16, 20).join('.'),
    prefixBits: mask.readUInt32BE().toString(2).indexOf('0'),
    server: server.join('.'),
  };
}

function optionsOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>();
  let at = 0;
  while (at + 1 < bytes.length && bytes[at] !== OPTION.end) {
    const code = bytes[at] ?? 0;
    // 0 fills up.
    const length = code === 0 ? -1 : (bytes[at + 1] ?? 0);
    if (code !== 0) options.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

function bytesOf(address: string): number[] {
  return address.split('.').map(Number);
}
