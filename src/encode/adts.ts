/** Bytes of an ADTS header without CRC. */
export const ADTS_HEADER_BYTES = 7;
/** The longest frame that the 13 bits of its length field can say. */
export const ADTS_MAX_FRAME_BYTES = 0x1fff;

const RATE_48K_INDEX = 3;
const OBJECT_TYPE_LC = 2;

/**
 * Writes the header of an ADTS frame (ISO/IEC 13818-7, 6.2) at the start of `into`: MPEG-4, AAC-LC, 48 kHz, no
 * CRC, one raw data block.
 * @param payloadBytes length of the raw frame that follows the header
 */
export function writeAdtsHeader(into: Uint8Array, channels: number, payloadBytes: number): void {
  const length = payloadBytes + ADTS_HEADER_BYTES;
  if (length > ADTS_MAX_FRAME_BYTES) throw new RangeError(`an AAC frame of ${payloadBytes} bytes does not fit ADTS`);
  into[0] = 0xff;
  into[1] = 0xf1;
  into[2] = ((OBJECT_TYPE_LC - 1) << 6) | (RATE_48K_INDEX << 2) | (channels >> 2);
  into[3] = ((channels & 3) << 6) | (length >> 11);
  into[4] = (length >> 3) & 0xff;
  // Buffer fullness 0x7ff: the rate varies from frame to frame.
  into[5] = ((length & 7) << 5) | 0x1f;
  into[6] = 0xfc;
}

/** What an ADTS header says, as far as it decides whether a frame may be handed on. */
export interface AdtsHeader {
  readonly objectType: number;
  readonly sampleRateIndex: number;
  readonly channels: number;
  readonly frameBytes: number;
}

/** Reads the ADTS header that `data` begins with; undefined when it begins with something else. */
export function readAdtsHeader(data: Uint8Array): AdtsHeader | undefined {
  if (data.length < ADTS_HEADER_BYTES) return undefined;
  const [a, b, c, d, e, f] = data as unknown as [number, number, number, number, number, number];
  if (a !== 0xff || (b & 0xf6) !== 0xf0) return undefined;
  const frameBytes = ((d & 3) << 11) | (e << 3) | (f >> 5);
  if (frameBytes < ADTS_HEADER_BYTES) return undefined;
  return {
    objectType: (c >> 6) + 1,
    sampleRateIndex: (c >> 2) & 0xf,
    channels: ((c & 1) << 2) | (d >> 6),
    frameBytes,
  };
}

/** True when the header describes what every AAC rung is: AAC-LC at 48 kHz with that many channels. */
export function isRungAdts(header: AdtsHeader, channels: number): boolean {
  return (
    header.objectType === OBJECT_TYPE_LC && header.sampleRateIndex === RATE_48K_INDEX && header.channels === channels
  );
}
