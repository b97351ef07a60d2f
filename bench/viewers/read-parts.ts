import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';

/** One picture of a stream. */
export interface Part {
  readonly head: string;
  readonly jpeg: Buffer;
  /** When its last byte came: milliseconds since 1970, and microseconds of CLOCK_MONOTONIC. */
  readonly wallMs: number;
  readonly monotonicUs: number;
}

/**
 * The first `count` pictures of a stream; fewer when it ends before.
 * @throws when nobody listens there, and when the signal aborts
 */
export async function readParts(
  port: number,
  path: string,
  count: number,
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<Part[]> {
  const socket = connect(port, '127.0.0.1');
  addAbortSignal(signal, socket);
  socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  const parts: Part[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const wallMs = Date.now();
    const monotonicUs = Number(process.hrtime.bigint()) / 1000;
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const found = /\r\nContent-Length: *(\d+)\r\n(?:.*\r\n)*?\r\n/i.exec(bytes.toString('latin1', 0, 2_000));
      const start = found === null ? 0 : found.index + found[0].length;
      const end = start + Number(found?.[1]);
      if (found === null || bytes.length < end) break;
      parts.push({ head: found[0], jpeg: bytes.subarray(start, end), wallMs, monotonicUs });
      bytes = bytes.subarray(end);
    }
    if (parts.length >= count) break;
  }
  socket.destroy();
  return parts.slice(0, count);
}
