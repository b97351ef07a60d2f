const HEADER_BYTES = 27;
/** Flags of a page. */
export const FIRST_PAGE = 2;
const LAST_PAGE = 4;
const FLAGS_AT = 5;
const GRANULE_AT = 6;
const NUMBER_AT = 18;
const CHECKSUM_AT = 22;

/** An Ogg page (RFC 3533, 6) of whole packets. */
export function page(content: {
  readonly serial: number;
  readonly number: number;
  readonly granule: number;
  readonly flags: number;
  readonly packets: readonly Uint8Array[];
}): Buffer {
  const laces: number[] = [];
  for (const packet of content.packets) {
    for (let left = packet.length; ; left -= 255) {
      laces.push(Math.min(255, left));
      if (left < 255) break;
    }
  }
  const bytes = Buffer.alloc(
    HEADER_BYTES + laces.length + content.packets.reduce((sum, { length }) => sum + length, 0),
  );
  bytes.write('OggS', 0, 'latin1');
  bytes[FLAGS_AT] = content.flags;
  bytes.writeBigUInt64LE(BigInt(content.granule), GRANULE_AT);
  bytes.writeUInt32LE(content.serial, 14);
  bytes.writeUInt32LE(content.number, NUMBER_AT);
  bytes[26] = laces.length;
  bytes.set(laces, HEADER_BYTES);
  let at = HEADER_BYTES + laces.length;
  for (const packet of content.packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  return checked(bytes);
}

/** A copy of a page with another number and time, and the sign that it is the last one. */
export function restamped(
  original: Uint8Array,
  { number, granule, isLast }: { readonly number: number; readonly granule: number; readonly isLast: boolean },
): Buffer {
  const bytes = Buffer.from(original);
  if (isLast) bytes[FLAGS_AT] = (bytes[FLAGS_AT] as number) | LAST_PAGE;
  bytes.writeBigUInt64LE(BigInt(granule), GRANULE_AT);
  bytes.writeUInt32LE(number, NUMBER_AT);
  return checked(bytes);
}

/** The checksum counts its own place as 0. */
function checked(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(0, CHECKSUM_AT);
  bytes.writeUInt32LE(crc32(bytes), CHECKSUM_AT);
  return bytes;
}

/** RFC 3533's CRC: polynomial 0x04c11db7, nothing reflected, nothing inverted. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] as number)) >>> 0;
  return crc;
}
