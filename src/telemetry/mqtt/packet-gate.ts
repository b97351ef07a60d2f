/** A packet's fixed header has one byte of type and flags, then its length in one to four bytes. */
const MAX_HEADER_BYTES = 5;
const CONNACK = 0x20;

export interface PacketGateOptions {
  /** Longer packets are left out. */
  readonly maxBytes: number;
  /** Called for each of them. */
  readonly onSkipped: (sizeBytes: number) => void;
}

/**
 * Lets the packets of a broker through, but for those that are too long: their bytes are dropped as they come, so that
 * nobody who may publish at the broker can fill this machine's memory. MQTT 3.1.1 has no way to tell a broker the limit.
 */
export class PacketGate {
  readonly #options: PacketGateOptions;
  #header: number[] = [];
  /** Bytes of the present packet that are still to come. */
  #left = 0;
  #isSkipping = false;
  #isFirst = true;

  constructor(options: PacketGateOptions) {
    this.#options = options;
  }

  /**
   * What of `chunk` goes on, as parts of it; its bytes are not copied.
   * @throws Error when this is not MQTT
   */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const end = Math.min(at + this.#left, chunk.length);
        if (!this.#isSkipping) out.push(chunk.subarray(at, end));
        this.#left -= end - at;
        at = end;
      } else {
        this.#readHeader(chunk[at] as number, out);
        at += 1;
      }
    }
    return out;
  }

  #readHeader(byte: number, out: Buffer[]): void {
    const header = this.#header;
    header.push(byte);
    if (this.#isFirst && header[0] !== CONNACK) throw new NotMqtt();
    if (header.length === 1) return;
    if ((byte & 0x80) !== 0) {
      if (header.length === MAX_HEADER_BYTES) throw new NotMqtt();
      return;
    }
    this.#isFirst = false;
    const length = header.slice(1).reduce((sum, part, index) => sum + (part & 0x7f) * 128 ** index, 0);
    const sizeBytes = header.length + length;
    this.#isSkipping = sizeBytes > this.#options.maxBytes;
    if (this.#isSkipping) this.#options.onSkipped(sizeBytes);
    else out.push(Buffer.from(header));
    this.#left = length;
    this.#header = [];
  }
}

/** Whatever answers at that port, it is no broker. */
export class NotMqtt extends Error {
  constructor() {
    super('what answers there does not speak MQTT');
  }
}
