/*
 * ITU T.81, tables K.3 to K.6: class and number of the table, the counts of codes of 1 to 16 bits, then what the codes
 * stand for.
 */
const TABLES = [
  // DC of luminance.
  '0000010501010101010100000000000000',
  '000102030405060708090a0b',
  // AC of luminance.
  '100002010303020403050504040000017d',
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536373839',
  '3a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7',
  'a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
  // DC of chrominance.
  '0100030101010101010101010000000000',
  '000102030405060708090a0b',
  // AC of chrominance.
  '1100020102040403040705040400010277',
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738',
  '393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5',
  'a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
].join('');

/**
 * The Huffman tables that a JPEG without any means, as a whole DHT segment: what USB cameras leave out, since it is
 * the same in each picture (USB Device Class Definition for Video Devices: Motion-JPEG Payload).
 */
export function standardHuffman(): Buffer {
  const tables = Buffer.from(TABLES, 'hex');
  const segment = Buffer.allocUnsafe(4 + tables.length);
  segment.writeUInt16BE(0xffc4, 0);
  segment.writeUInt16BE(2 + tables.length, 2);
  tables.copy(segment, 4);
  return segment;
}
