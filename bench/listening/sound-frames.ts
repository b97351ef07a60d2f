import { readAdtsHeader } from '../../src/encode/adts.ts';
import { readMp3Frame } from '../../src/encode/mp3-frame.ts';

/** What of a stream can be told without decoding it. */
export interface SoundFrame {
  readonly bytes: number;
  readonly seconds: number;
  /** As its header says; undefined where it says nothing. */
  readonly kbps: number | undefined;
}

/** ISO/IEC 14496-3: AAC-LC codes 1024 samples at a time; our rungs are at 48 kHz. */
const AAC_SECONDS = 1024 / 48_000;
const MP3_SAMPLES = 1152;
const OGG_HEAD_BYTES = 27;
/** Ours are all of that length (RFC 6716, 3.1). */
const OPUS_PACKET_SECONDS = 0.02;
/** A packet goes on after a segment of this length. */
const FULL_SEGMENT = 255;

/** Takes a stream of MP3, AAC in ADTS or Opus in Ogg apart, as its bytes arrive. */
export class SoundFrames {
  #rest: Buffer = Buffer.alloc(0);
  #pages = 0;
  /** Bytes that belonged to no frame. */
  strayBytes = 0;

  /** Bytes of a frame that is not whole yet. */
  get restBytes(): number {
    return this.#rest.length;
  }

  /** The frames that are whole with these bytes. */
  *add(bytes: Uint8Array): IterableIterator<SoundFrame> {
    const data = Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (;;) {
      const frame = this.#read(data.subarray(at));
      if (frame === undefined) break;
      if (frame.seconds > 0) yield frame;
      at += frame.bytes;
    }
    this.#rest = Buffer.from(data.subarray(at));
  }

  #read(data: Buffer): SoundFrame | undefined {
    if (data.length < OGG_HEAD_BYTES) return undefined;
    if (data.toString('latin1', 0, 4) === 'OggS') return this.#readPage(data);
    const mp3 = readMp3Frame(data);
    if (mp3 !== undefined) {
      const { frameBytes, sampleRate, bitrateKbps } = mp3;
      return whole(data, { bytes: frameBytes, seconds: MP3_SAMPLES / sampleRate, kbps: bitrateKbps });
    }
    const adts = readAdtsHeader(data);
    if (adts !== undefined) return whole(data, { bytes: adts.frameBytes, seconds: AAC_SECONDS, kbps: undefined });
    this.strayBytes += 1;
    return { bytes: 1, seconds: 0, kbps: undefined };
  }

  /** RFC 3533, 6. The first two pages are headers (RFC 7845, 3). Positions say nothing about what was skipped. */
  #readPage(data: Buffer): SoundFrame | undefined {
    const end = OGG_HEAD_BYTES + (data[26] as number);
    if (data.length < end) return undefined;
    const segments = data.subarray(OGG_HEAD_BYTES, end);
    const bytes = segments.reduce((total, length) => total + length, end);
    if (data.length < bytes) return undefined;
    this.#pages += 1;
    const packets = this.#pages > 2 ? segments.filter((length) => length < FULL_SEGMENT).length : 0;
    return { bytes, seconds: packets * OPUS_PACKET_SECONDS, kbps: undefined };
  }
}

function whole(data: Buffer, frame: SoundFrame): SoundFrame | undefined {
  return data.length < frame.bytes ? undefined : frame;
}
