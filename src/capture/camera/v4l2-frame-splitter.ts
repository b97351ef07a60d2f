/** What `v4l2-ctl --stream-to-hdr` writes in front of each frame; its length follows, 32 bits, big end first. */
const MAGIC = Buffer.from('rdhV', 'latin1');
const HEADER_BYTES = MAGIC.length + 4;
/** Four times the pixels of a 4K picture. */
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** A frame as the driver delivered it, in memory of its own. */
export interface V4l2Frame {
  readonly data: Buffer;
  /** When its first bytes came, as `push` was told. */
  readonly atUs: number;
}

export interface V4l2FrameSplitterOptions {
  /** Asked for each frame when it begins; one that is not wanted is passed over without being copied. */
  wants(atUs: number, bytes: number): boolean;
  /** A frame that claims to be longer is none. */
  readonly maxBytes?: number;
}

/**
 * Takes frames apart that come one after the other, each with a header that tells its length. What is before a header
 * and belongs to no frame is passed over. How the bytes are cut into chunks does not matter.
 */
export class V4l2FrameSplitter {
  readonly #wants: (atUs: number, bytes: number) => boolean;
  readonly #maxBytes: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  /** The frame that has begun; undefined between frames, and for one that is passed over. */
  #data: Buffer | undefined;
  #atUs = 0;
  /** What is still to come of the frame. */
  #leftBytes = 0;

  constructor({ wants, maxBytes = DEFAULT_MAX_BYTES }: V4l2FrameSplitterOptions) {
    this.#wants = wants;
    this.#maxBytes = maxBytes;
  }

  /** Takes the next bytes, which came at `nowUs`; returns the frames that end in them. */
  push(chunk: Uint8Array, nowUs: number): V4l2Frame[] {
    const frames: V4l2Frame[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.#leftBytes === 0) {
        this.#takeHeader(chunk[at] as number, nowUs);
        at += 1;
        continue;
      }
      const taken = chunk.subarray(at, at + this.#leftBytes);
      this.#data?.set(taken, this.#data.length - this.#leftBytes);
      this.#leftBytes -= taken.length;
      at += taken.length;
      if (this.#leftBytes > 0 || this.#data === undefined) continue;
      frames.push({ data: this.#data, atUs: this.#atUs });
      this.#data = undefined;
    }
    return frames;
  }

  #takeHeader(byte: number, nowUs: number): void {
    if (this.#headerBytes < MAGIC.length && byte !== MAGIC[this.#headerBytes]) this.#headerBytes = 0;
    // What broke the row off may begin the next.
    if (this.#headerBytes === 0 && byte !== MAGIC[0]) return;
    this.#header[this.#headerBytes] = byte;
    this.#headerBytes += 1;
    if (this.#headerBytes < HEADER_BYTES) return;
    this.#headerBytes = 0;
    const bytes = this.#header.readUInt32BE(MAGIC.length);
    if (bytes > this.#maxBytes) return;
    this.#leftBytes = bytes;
    this.#atUs = nowUs;
    if (bytes > 0 && this.#wants(nowUs, bytes)) this.#data = Buffer.allocUnsafeSlow(bytes);
  }
}
