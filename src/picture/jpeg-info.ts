import { qualityOf } from './jpeg-quality.ts';
import {
  type Component,
  type FrameHeader,
  type Quantization,
  readFrameHeader,
  readHuffman,
  readQuantization,
  readScanHeader,
  type ScanHeader,
} from './jpeg-segments.ts';
import { standardHuffman } from './standard-huffman.ts';

/** Why a JPEG cannot be used; fit for a metric label. */
export type JpegFaultReason =
  /** It does not begin as one. */
  | 'no-jpeg'
  /** It ends too early. */
  | 'truncated'
  /** Its parts make no sense, or some are missing from its middle. */
  | 'damaged'
  /** A table that it needs is missing or impossible. */
  | 'bad-tables'
  | 'bad-size'
  /** A JPEG, but of a kind that browsers do not show: lossless, arithmetic, 12 bits, CMYK. */
  | 'unsupported';

export interface JpegFault {
  readonly jpeg?: undefined;
  readonly reason: JpegFaultReason;
}

/** A JPEG that is whole as far as its markers tell. */
export interface CheckedJpeg {
  /** From SOI to EOI: a part of what was checked, or a copy with Huffman tables where those were missing. */
  readonly jpeg: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 1 to 100 on libjpeg's scale, from the luminance table: exact for its own tables, the nearest for others. */
  readonly quality: number;
  readonly isProgressive: boolean;
  /** It came without Huffman tables, as USB cameras send it, and was given the standard ones. */
  readonly isCompleted: boolean;
}

/** A side of a picture, pixels. */
const MAX_SIDE = 8192;
/** Encoders make about ten; thousands would keep a decoder busy for minutes. */
const MAX_SCANS = 64;
/** Of all components of a scan together (T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;

const RST0 = 0xd0;
const RST7 = 0xd7;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DNL = 0xdc;
const DHT = 0xc4;
const DRI = 0xdd;
const SOF0 = 0xc0;
const SOF1 = 0xc1;
const SOF2 = 0xc2;
const JPG = 0xc8;
const DAC = 0xcc;
const APP0 = 0xe0;
const COM = 0xfe;

/**
 * Checks a JPEG as a camera delivers it, beginning with SOI: untrusted bytes that a bad cable may have cut or mixed up.
 * Never throws. What follows EOI is left out. Entropy-coded data is looked through for markers, not decoded: damage
 * inside it shows only where it hits one, or a decoder.
 */
export function checkJpeg(bytes: Buffer): CheckedJpeg | JpegFault {
  if (bytes.length < 2 || bytes[0] !== 0xff || bytes[1] !== SOI) return { reason: 'no-jpeg' };
  return new JpegWalk(bytes).run();
}

/** One way through the bytes of a JPEG, from marker to marker. */
class JpegWalk {
  readonly #bytes: Buffer;
  /** Everything before has been dealt with. */
  #at = 2;
  #frame: FrameHeader | undefined;
  #isProgressive = false;
  readonly #quantization: (Quantization | undefined)[] = [];
  /** Numbers of the Huffman tables that are defined, as bits. */
  #dcTables = 0;
  #acTables = 0;
  /** Where the Huffman tables belong that it does not have. */
  #completeAt: number | undefined;
  /** MCUs between two RST markers; 0: there are none. */
  #restartInterval = 0;
  #scans = 0;
  readonly #scanned = new Set<number>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): CheckedJpeg | JpegFault {
    for (;;) {
      const marker = this.#marker();
      if (typeof marker === 'string') return { reason: marker };
      if (marker === EOI) return this.#finished();
      const reason = this.#segment(marker);
      if (reason !== undefined) return { reason };
    }
  }

  /** The marker that must follow here, behind any fill bytes. */
  #marker(): number | JpegFaultReason {
    const bytes = this.#bytes;
    if (this.#at < bytes.length && bytes[this.#at] !== 0xff) return 'damaged';
    while (bytes[this.#at] === 0xff) this.#at += 1;
    const marker = bytes[this.#at];
    this.#at += 1;
    return marker ?? 'truncated';
  }

  #segment(marker: number): JpegFaultReason | undefined {
    if (!hasSegment(marker)) return 'damaged';
    // A sequential picture is complete when each component has been scanned; only EOI may follow.
    if (!this.#isProgressive && this.#isScanned) return 'damaged';
    const markerAt = this.#at - 2;
    const bytes = this.#bytes;
    if (this.#at + 2 > bytes.length) return 'truncated';
    const sizeBytes = bytes.readUInt16BE(this.#at);
    if (sizeBytes < 2) return 'damaged';
    if (this.#at + sizeBytes > bytes.length) return 'truncated';
    const segment = bytes.subarray(this.#at + 2, this.#at + sizeBytes);
    this.#at += sizeBytes;
    switch (marker) {
      case DQT:
        return this.#takeQuantization(segment);
      case DHT:
        return this.#takeHuffman(segment);
      case DRI:
        if (segment.length !== 2) return 'damaged';
        this.#restartInterval = segment.readUInt16BE(0);
        return undefined;
      case SOS:
        return this.#takeScan(segment, markerAt);
      default:
        return marker < APP0 ? this.#takeFrame(marker, segment) : undefined;
    }
  }

  #takeQuantization(segment: Buffer): JpegFaultReason | undefined {
    const tables = readQuantization(segment);
    if (tables === undefined) return 'bad-tables';
    for (const table of tables) this.#quantization[table.id] = table;
    return undefined;
  }

  #takeHuffman(segment: Buffer): JpegFaultReason | undefined {
    const tables = readHuffman(segment);
    if (tables === undefined) return 'bad-tables';
    for (const { id, isAc } of tables) {
      if (isAc) this.#acTables |= 1 << id;
      else this.#dcTables |= 1 << id;
    }
    return undefined;
  }

  #takeFrame(marker: number, segment: Buffer): JpegFaultReason | undefined {
    if (this.#frame !== undefined) return 'damaged';
    if (marker !== SOF0 && marker !== SOF1 && marker !== SOF2) return 'unsupported';
    const frame = readFrameHeader(segment);
    if (frame === undefined) return 'damaged';
    const { width, height, precision, components } = frame;
    if (precision !== 8 || (components.length !== 1 && components.length !== 3)) return 'unsupported';
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return 'bad-size';
    this.#frame = frame;
    this.#isProgressive = marker === SOF2;
    return undefined;
  }

  #takeScan(segment: Buffer, markerAt: number): JpegFaultReason | undefined {
    const scan = readScanHeader(segment);
    if (this.#frame === undefined || scan === undefined) return 'damaged';
    this.#scans += 1;
    if (this.#scans > MAX_SCANS) return 'unsupported';
    if (this.#scans === 1 && this.#dcTables === 0 && this.#acTables === 0 && !this.#isProgressive) {
      this.#completeAt = markerAt;
      this.#dcTables = 0b11;
      this.#acTables = 0b11;
    }
    const components: Component[] = [];
    for (const { id, dc, ac } of scan.components) {
      const component = this.#frame.components.find((one) => one.id === id);
      if (component === undefined || (!this.#isProgressive && this.#scanned.has(id))) return 'damaged';
      components.push(component);
      this.#scanned.add(id);
      const needsDc = this.#isProgressive ? scan.first === 0 && scan.highBit === 0 : true;
      const needsAc = this.#isProgressive ? scan.first > 0 : true;
      if (this.#quantization[component.quantization] === undefined) return 'bad-tables';
      if (needsDc && (this.#dcTables & (1 << dc)) === 0) return 'bad-tables';
      if (needsAc && (this.#acTables & (1 << ac)) === 0) return 'bad-tables';
    }
    if (this.#isProgressive && !isProgressiveScan(scan)) return 'damaged';
    if (components.length > 1 && blocksOf(components) > MAX_MCU_BLOCKS) return 'damaged';
    return this.#entropyCoded(intervalsOf(this.#frame, components, this.#restartInterval));
  }

  /** Goes on to the marker that ends the scan. `intervals`: into how many parts RST markers cut it. */
  #entropyCoded(intervals: number): JpegFaultReason | undefined {
    const bytes = this.#bytes;
    let restarts = 0;
    for (;;) {
      const at = bytes.indexOf(0xff, this.#at);
      const next = at < 0 ? undefined : bytes[at + 1];
      if (next === undefined) return 'truncated';
      if (next === 0 || next === 0xff) {
        // A byte of data that is 255; or one that only fills, and the next may begin a marker.
        this.#at = next === 0 ? at + 2 : at + 1;
      } else if (next >= RST0 && next <= RST7) {
        // One more than needed stands before EOI in what some cameras make; decoders do not mind.
        if (next !== RST0 + (restarts & 7) || restarts >= intervals) return 'damaged';
        restarts += 1;
        this.#at = at + 2;
      } else {
        this.#at = at;
        return restarts < intervals - 1 ? 'damaged' : undefined;
      }
    }
  }

  get #isScanned(): boolean {
    return this.#frame !== undefined && this.#scanned.size === this.#frame.components.length;
  }

  /** At EOI. */
  #finished(): CheckedJpeg | JpegFault {
    const frame = this.#frame;
    const luminance = this.#quantization[frame?.components[0]?.quantization ?? 0];
    if (frame === undefined || luminance === undefined || !this.#isScanned) return { reason: 'truncated' };
    return {
      jpeg: this.#completed(),
      width: frame.width,
      height: frame.height,
      quality: qualityOf(luminance.steps, luminance.max),
      isProgressive: this.#isProgressive,
      isCompleted: this.#completeAt !== undefined,
    };
  }

  #completed(): Buffer {
    const jpeg = this.#bytes.subarray(0, this.#at);
    if (this.#completeAt === undefined) return jpeg;
    return Buffer.concat([jpeg.subarray(0, this.#completeAt), standardHuffman(), jpeg.subarray(this.#completeAt)]);
  }
}

/** Markers that may stand between SOI and EOI outside of entropy-coded data; all of them begin a segment. */
function hasSegment(marker: number): boolean {
  if (marker >= SOF0 && marker < RST0) return marker !== JPG && marker !== DAC;
  return (marker >= SOS && marker <= DRI && marker !== DNL) || (marker >= APP0 && marker < 0xf0) || marker === COM;
}

/** T.81, table B.3. */
function isProgressiveScan({ components, first, last, lowBit }: ScanHeader): boolean {
  if (first === 0) return last === 0 && lowBit <= 13;
  return first <= last && last <= 63 && lowBit <= 13 && components.length === 1;
}

function blocksOf(components: readonly Component[]): number {
  return components.reduce((sum, { across, down }) => sum + across * down, 0);
}

/** Into how many parts RST markers must cut a scan of these components: 0 where none may stand. */
function intervalsOf(frame: FrameHeader, scanned: readonly Component[], interval: number): number {
  if (interval === 0) return 0;
  const acrossMax = Math.max(...frame.components.map((component) => component.across));
  const downMax = Math.max(...frame.components.map((component) => component.down));
  const [only] = scanned as [Component];
  // A component by itself is cut into its blocks, several together into MCUs (T.81, A.2).
  const across = scanned.length === 1 ? acrossMax / only.across : acrossMax;
  const down = scanned.length === 1 ? downMax / only.down : downMax;
  const mcus = Math.ceil(frame.width / (8 * across)) * Math.ceil(frame.height / (8 * down));
  return Math.ceil(mcus / interval);
}
