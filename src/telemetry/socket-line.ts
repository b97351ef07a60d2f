/** One connection as the kernel keeps its books (tcp_info in linux/tcp.h). Totals are since it began. */
export interface SocketLine {
  /** The other end, as `socketKeyOf` has it. */
  readonly key: string;
  /** Smoothed round trip, and the shortest lately. */
  readonly rttMs: number | undefined;
  readonly minRttMs: number | undefined;
  /** What was sent, with what was sent again; and that alone. */
  readonly sentBytes: number;
  readonly resentBytes: number;
  /** How long sending had to wait for room on the other side. */
  readonly receiverLimitedMs: number;
  /** The rate of the last delivery, kbit/s; less than the link carries while there was not more to send. */
  readonly deliveryKbps: number | undefined;
  readonly isAppLimited: boolean;
}

const SCALES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

/** Names the other end of a connection, whether the kernel or Node says its address: mapped IPv4 as IPv4, no zones. */
export function socketKeyOf(address: string, port: number | string): string {
  return `${address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')} ${port}`;
}

/**
 * Reads a line of `ss -tinHO state established` (iproute2): two queues, both ends, and names with values. Undefined when
 * it is none. Names that it does not know, and those that are not there, are no trouble.
 */
export function socketLineOf(line: string): SocketLine | undefined {
  const [, address, port, facts] = /^\s*\d+\s+\d+\s+\S+\s+\[?([\d.a-f:%\w-]+?)\]?:(\d+)\s+(.*)$/i.exec(line) ?? [];
  if (address === undefined || port === undefined || facts === undefined) return undefined;
  const [, bits, scale = ''] = / delivery_rate (\d+(?:\.\d+)?)([KMG]?)bps/.exec(facts) ?? [];
  return {
    key: socketKeyOf(address, port),
    rttMs: numberOf(facts, 'rtt'),
    minRttMs: numberOf(facts, 'minrtt'),
    sentBytes: numberOf(facts, 'bytes_sent') ?? 0,
    resentBytes: numberOf(facts, 'bytes_retrans') ?? 0,
    receiverLimitedMs: numberOf(facts, 'rwnd_limited') ?? 0,
    deliveryKbps: bits === undefined ? undefined : (Number(bits) * (SCALES[scale] as number)) / 1000,
    isAppLimited: / app_limited( |$)/.test(facts),
  };
}

/** The number behind ` name:`, whatever unit follows it. */
function numberOf(facts: string, name: string): number | undefined {
  const start = facts.indexOf(` ${name}:`);
  if (start === -1) return undefined;
  const value = Number.parseFloat(facts.slice(start + name.length + 2, start + name.length + 34));
  return value >= 0 && Number.isFinite(value) ? value : undefined;
}
