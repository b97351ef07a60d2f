/**
 * The smallest Ogg Opus stream (RFC 3533, RFC 7845) that a decoder opens: one packet a page. For tests of this
 * room; listeners get theirs from the mount.
 */
export function oggOpus(head: Uint8Array, packets: readonly Uint8Array[]): Uint8Array {
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.of(4, 0, 0, 0), Buffer.from('test'), Buffer.alloc(4)]);
  const pages = [page(head, 0, 0, 2), page(tags, 1, 0, 0)];
  for (const [k, packet] of packets.entries()) {
    pages.push(page(packet, k + 2, (k + 1) * 960, k === packets.length - 1 ? 4 : 0));
  }
  return Buffer.concat(pages);
}

function page(packet: Uint8Array, sequence: number, granule: number, flags: number): Uint8Array {
  const lacing = [...new Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
  const head = Buffer.alloc(27 + lacing.length);
  head.write('OggS');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = lacing.length;
  head.set(lacing, 27);
  const whole = Buffer.concat([head, packet]);
  whole.writeUInt32LE(crc32(whole), 22);
  return whole;
}

/** Ogg's own: polynomial 0x04c11db7, most significant bit first, neither inverted. */
function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
