/*
 * What a decoder needs of the marker segments of a JPEG (ITU T.81, B.2). Each reader is given the bytes of one segment
 * behind its length field, which are untrusted, and answers undefined when they make no sense.
 */

/** A quantization table, as far as it stands in the JPEG. */
export interface Quantization {
  readonly id: number;
  /** 64 steps in zigzag order. */
  readonly steps: readonly number[];
  /** The largest step that it could hold. */
  readonly max: number;
}

export interface HuffmanTable {
  readonly id: number;
  readonly isAc: boolean;
}

export interface Component {
  readonly id: number;
  /** How many blocks an MCU has of it, across and down. */
  readonly across: number;
  readonly down: number;
  readonly quantization: number;
}

export interface FrameHeader {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  readonly components: readonly Component[];
}

export interface ScanHeader {
  readonly components: readonly { readonly id: number; readonly dc: number; readonly ac: number }[];
  /** The part of the spectrum, 0 to 63, and the bits of a progressive scan. */
  readonly first: number;
  readonly last: number;
  readonly highBit: number;
  readonly lowBit: number;
}

/** DQT. */
export function readQuantization(segment: Buffer): Quantization[] | undefined {
  const tables: Quantization[] = [];
  for (let at = 0; at < segment.length; ) {
    const head = segment[at] as number;
    const bytes = head >> 4 === 0 ? 1 : 2;
    const end = at + 1 + 64 * bytes;
    if (head >> 4 > 1 || (head & 15) > 3 || end > segment.length) return undefined;
    const steps: number[] = [];
    for (let i = at + 1; i < end; i += bytes) {
      const step = bytes === 1 ? (segment[i] as number) : segment.readUInt16BE(i);
      if (step === 0) return undefined;
      steps.push(step);
    }
    tables.push({ id: head & 15, steps, max: bytes === 1 ? 255 : 32_767 });
    at = end;
  }
  return tables;
}

/** DHT. Tables are checked as far as it takes to know that their codes are codes. */
export function readHuffman(segment: Buffer): HuffmanTable[] | undefined {
  const tables: HuffmanTable[] = [];
  for (let at = 0; at < segment.length; ) {
    const head = segment[at] as number;
    const isAc = head >> 4 === 1;
    if (head >> 4 > 1 || (head & 15) > 3 || at + 17 > segment.length) return undefined;
    let codes = 0;
    // Codes of each length that are still free; the one of ones only never is.
    let free = 1;
    for (let bits = 1; bits <= 16; bits += 1) {
      const count = segment[at + bits] as number;
      codes += count;
      free = 2 * free - count;
      if (free < 0) return undefined;
    }
    const end = at + 17 + codes;
    if (codes === 0 || codes > 256 || end > segment.length) return undefined;
    if (!isAc && segment.subarray(at + 17, end).some((value) => value > 15)) return undefined;
    tables.push({ id: head & 15, isAc });
    at = end;
  }
  return tables;
}

/** SOF0, SOF1, SOF2. */
export function readFrameHeader(segment: Buffer): FrameHeader | undefined {
  const count = segment[5] ?? 0;
  if (count === 0 || segment.length !== 6 + 3 * count) return undefined;
  const components: Component[] = [];
  for (let at = 6; at < segment.length; at += 3) {
    const id = segment[at] as number;
    const sampling = segment[at + 1] as number;
    const across = sampling >> 4;
    const down = sampling & 15;
    const quantization = segment[at + 2] as number;
    if (across < 1 || across > 4 || down < 1 || down > 4 || quantization > 3) return undefined;
    if (components.some((other) => other.id === id)) return undefined;
    components.push({ id, across, down, quantization });
  }
  return {
    precision: segment[0] as number,
    height: segment.readUInt16BE(1),
    width: segment.readUInt16BE(3),
    components,
  };
}

/** SOS. */
export function readScanHeader(segment: Buffer): ScanHeader | undefined {
  const count = segment[0] ?? 0;
  if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) return undefined;
  const components: { id: number; dc: number; ac: number }[] = [];
  for (let at = 1; at < 1 + 2 * count; at += 2) {
    const id = segment[at] as number;
    const tables = segment[at + 1] as number;
    if (tables >> 4 > 3 || (tables & 15) > 3 || components.some((other) => other.id === id)) return undefined;
    components.push({ id, dc: tables >> 4, ac: tables & 15 });
  }
  const [first, last, bits] = segment.subarray(1 + 2 * count) as unknown as [number, number, number];
  return { components, first, last, highBit: bits >> 4, lowBit: bits & 15 };
}
