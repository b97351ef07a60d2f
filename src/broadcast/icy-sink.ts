import type { TrackMetadata } from '../core/access-unit.ts';
import type { GatheringSink, Sink } from './sink.ts';

/** A metadata block counts its length in a byte, in units of 16. */
const UNIT_BYTES = 16;
/** UTF-16 units: at most 3 bytes of UTF-8 each, so that 255 units of 16 always hold them. */
const MAX_TITLE_LENGTH = 1_000;
const NOTHING_NEW = new Uint8Array([0]);

/** One title for all the listeners of a mount: the block is built once. */
export class IcyTitle {
  #block: Uint8Array = NOTHING_NEW;

  /** The present block: its length byte, then the text, padded. A new object whenever the title changes. */
  get block(): Uint8Array {
    return this.#block;
  }

  set(metadata: TrackMetadata): void {
    const title = [metadata.artist, metadata.title].filter((part) => part !== '').join(' - ');
    this.#block = title === '' ? NOTHING_NEW : icyBlock(title);
  }
}

/**
 * Puts a metadata block after every `intervalBytes` of media, as players expect that sent `Icy-MetaData: 1` and
 * were told `icy-metaint`. The text goes out once for each change; in between an empty block stands there.
 */
export class IcySink implements Sink {
  readonly #inner: GatheringSink;
  readonly #intervalBytes: number;
  readonly #title: IcyTitle;
  #untilBlock: number;
  #lastBlock: Uint8Array = NOTHING_NEW;

  constructor(inner: GatheringSink, title: IcyTitle, intervalBytes: number) {
    this.#inner = inner;
    this.#title = title;
    this.#intervalBytes = intervalBytes;
    this.#untilBlock = intervalBytes;
  }

  get onDrain(): () => void {
    return this.#inner.onDrain;
  }

  set onDrain(fn: () => void) {
    this.#inner.onDrain = fn;
  }

  get onClose(): () => void {
    return this.#inner.onClose;
  }

  set onClose(fn: () => void) {
    this.#inner.onClose = fn;
  }

  close(): void {
    this.#inner.close();
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length < this.#untilBlock) {
      this.#untilBlock -= bytes.length;
      return this.#inner.write(bytes);
    }
    const parts: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= this.#untilBlock) {
      parts.push(bytes.subarray(at, at + this.#untilBlock), this.#nextBlock());
      at += this.#untilBlock;
      this.#untilBlock = this.#intervalBytes;
    }
    this.#untilBlock -= bytes.length - at;
    parts.push(bytes.subarray(at));
    return this.#inner.writeAll(parts);
  }

  #nextBlock(): Uint8Array {
    const { block } = this.#title;
    if (block === this.#lastBlock) return NOTHING_NEW;
    this.#lastBlock = block;
    return block;
  }
}

function icyBlock(title: string): Uint8Array {
  // Players end the value at the first "';": the quotation mark that cannot be escaped gives way to a typographic one.
  const text = Buffer.from(`StreamTitle='${title.slice(0, MAX_TITLE_LENGTH).replaceAll("'", '\u2019')}';`);
  const units = Math.ceil(text.length / UNIT_BYTES);
  const block = new Uint8Array(1 + units * UNIT_BYTES);
  block[0] = units;
  block.set(text, 1);
  return block;
}
