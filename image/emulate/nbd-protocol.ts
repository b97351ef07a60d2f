import type { Socket } from 'node:net';

/*
 * The server's side of the Network Block Device protocol, as much of it as QEMU asks for: fixed newstyle negotiation, simple
 * replies (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md).
 */

const HELLO = 0x4e42444d41474943n; // NBDMAGIC
const OPTION = 0x49484156454f5054n; // IHAVEOPT
const OPTION_REPLY = 0x3e889045565a9n;
const REQUEST = 0x25609513;
const REPLY = 0x67446698;
const FIXED_NEWSTYLE_NO_ZEROES = 0x3;
/** HAS_FLAGS, SEND_FLUSH, SEND_FUA, SEND_TRIM, SEND_WRITE_ZEROES */
const EXPORT_FLAGS = 0x1 | 0x4 | 0x8 | 0x20 | 0x40;
const OPT_ABORT = 2;
const OPT_GO = 7;
const REP_ACK = 1;
const REP_INFO = 3;
const REP_UNSUPPORTED = 0x80000001;
const FLAG_FUA = 0x1;
const KINDS = { 0: 'read', 1: 'write', 2: 'disconnect', 3: 'flush', 4: 'trim', 6: 'zero' } as const;

export interface NbdRequest {
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly offset: number;
  readonly length: number;
  /** It must be safe before it is answered (FUA). */
  readonly isForced: boolean;
  readonly cookie: bigint;
  /** Of a write. */
  readonly data: Buffer;
}

/** Reads what the client sends, so many bytes at a time. A client waits for answers: it never sends much ahead. */
export class NbdReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake();
    });
    socket.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** @returns undefined when the client has gone */
  async bytes(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) {
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [first] = this.#chunks;
    const all = first !== undefined && first.length >= count ? first : Buffer.concat(this.#chunks);
    const rest = all === first ? this.#chunks.slice(1) : [];
    this.#chunks = all.length > count ? [all.subarray(count), ...rest] : rest;
    this.#length -= count;
    return all.subarray(0, count);
  }

  /** @returns undefined when the client has gone */
  async request(): Promise<NbdRequest | undefined> {
    const head = await this.bytes(28);
    if (head === undefined) return undefined;
    if (head.readUInt32BE(0) !== REQUEST) throw new Error('that is no request of NBD');
    const kind = KINDS[head.readUInt16BE(6) as keyof typeof KINDS];
    if (kind === undefined) throw new Error(`a request of NBD of kind ${head.readUInt16BE(6)}`);
    const length = head.readUInt32BE(24);
    const data = kind === 'write' ? await this.bytes(length) : Buffer.alloc(0);
    if (data === undefined) return undefined;
    const isForced = (head.readUInt16BE(4) & FLAG_FUA) !== 0;
    return { kind, offset: Number(head.readBigUInt64BE(16)), length, isForced, cookie: head.readBigUInt64BE(8), data };
  }
}

/** Negotiates: the one export has this size. */
export async function nbdExport(reader: NbdReader, socket: Socket, sizeBytes: number): Promise<void> {
  const hello = Buffer.alloc(18);
  hello.writeBigUInt64BE(HELLO, 0);
  hello.writeBigUInt64BE(OPTION, 8);
  hello.writeUInt16BE(FIXED_NEWSTYLE_NO_ZEROES, 16);
  socket.write(hello);
  await reader.bytes(4);
  for (;;) {
    const head = await reader.bytes(16);
    if (head === undefined) throw new Error('the client has gone');
    const option = head.readUInt32BE(8);
    await reader.bytes(head.readUInt32BE(12));
    const reply = (kind: number, data = Buffer.alloc(0)): void => {
      const words = Buffer.alloc(20);
      words.writeBigUInt64BE(OPTION_REPLY, 0);
      words.writeUInt32BE(option, 8);
      words.writeUInt32BE(kind, 12);
      words.writeUInt32BE(data.length, 16);
      socket.write(Buffer.concat([words, data]));
    };
    if (option === OPT_GO) {
      const info = Buffer.alloc(12);
      info.writeBigUInt64BE(BigInt(sizeBytes), 2);
      info.writeUInt16BE(EXPORT_FLAGS, 10);
      reply(REP_INFO, info);
      reply(REP_ACK);
      return;
    }
    if (option === OPT_ABORT) throw new Error('the client does not want it');
    reply(REP_UNSUPPORTED);
  }
}

/** Says that a request is done, with what was read. */
export function nbdAnswer(socket: Socket, { cookie }: Pick<NbdRequest, 'cookie'>, data?: Buffer): void {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(REPLY, 0);
  head.writeBigUInt64BE(cookie, 8);
  socket.write(head);
  if (data !== undefined) socket.write(data);
}
