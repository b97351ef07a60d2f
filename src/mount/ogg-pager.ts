import type { AccessUnit } from '../core/access-unit.ts';
import type { WireUnit } from '../ring/segment.ts';
import type { Framing } from './framing.ts';
import { FIRST_PAGE, page } from './ogg-page.ts';

/** A page costs 28 bytes and more: five packets of 20 ms in each keep that at 2 kbit/s. */
const PAGE_US = 100_000;
const MAX_LACES = 255;
/** The largest packet of 20 ms has 1275 bytes (RFC 6716, 3.4). */
const MAX_PACKET_LACES = 6;
/** Opus counts at this rate whatever it carries (RFC 7845, 4). */
const GRANULE_RATE = 48_000;

/**
 * Packs Opus packets into Ogg pages (RFC 3533, RFC 7845). All listeners share the pages: each gets the two header
 * pages and then whatever page is next, as a decoder allows that joins in mid-stream.
 */
export class OggPager implements Framing {
  readonly #serial: number;
  #header: Uint8Array | undefined;
  /** The two header pages are 0 and 1. */
  #pageNumber = 2;
  #granule = 0;
  readonly #packets: Uint8Array[] = [];
  #laces = 0;
  #startPtsUs = 0;
  #durationUs = 0;

  constructor(serial: number) {
    this.#serial = serial >>> 0;
  }

  get header(): Uint8Array | undefined {
    return this.#header;
  }

  /** @param config the OpusHead that the encoder wrote (RFC 7845, 5.1). */
  configure(config: Uint8Array): void {
    const tags = Buffer.concat([Buffer.from('OpusTags'), lengthed('Pipit'), Buffer.alloc(4)]);
    this.#header = Buffer.concat([
      page({ serial: this.#serial, number: 0, granule: 0, flags: FIRST_PAGE, packets: [config] }),
      page({ serial: this.#serial, number: 1, granule: 0, flags: 0, packets: [tags] }),
    ]);
  }

  frame(unit: AccessUnit): WireUnit | undefined {
    // What waits for its page when a rung stops is no neighbour of what comes when it starts again.
    if (Math.abs(unit.ptsUs - this.#startPtsUs - this.#durationUs) > unit.durationUs) this.#begin();
    if (this.#packets.length === 0) this.#startPtsUs = unit.ptsUs;
    this.#packets.push(Uint8Array.from(unit.data));
    this.#laces += Math.floor(unit.data.length / 255) + 1;
    this.#durationUs += unit.durationUs;
    const isFull = this.#durationUs >= PAGE_US || this.#laces + MAX_PACKET_LACES > MAX_LACES;
    return isFull ? this.#finish() : undefined;
  }

  #finish(): WireUnit {
    this.#granule += Math.round((this.#durationUs * GRANULE_RATE) / 1e6);
    const bytes = page({
      serial: this.#serial,
      number: this.#pageNumber,
      granule: this.#granule,
      flags: 0,
      packets: this.#packets,
    });
    const unit = { ptsUs: this.#startPtsUs, durationUs: this.#durationUs, sync: true, bytes };
    this.#pageNumber = (this.#pageNumber + 1) >>> 0;
    this.#begin();
    return unit;
  }

  #begin(): void {
    this.#packets.length = 0;
    this.#laces = 0;
    this.#durationUs = 0;
  }
}

function lengthed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
