/*
 * Markers of ISO/IEC 10918-1, annex B. Each is 0xFF, any number of further 0xFF to fill, and one of these.
 */
const FILL = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;
/** In entropy-coded data: an 0xFF that means itself. */
const STUFFING = 0x00;
const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;

/** How every picture begins. */
const START = Buffer.from([FILL, SOI]);
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

export interface JpegSplitterOptions {
  /** A longer picture is left out. */
  readonly maxBytes?: number;
  /** A picture had begun and did not come to its end. */
  readonly onDamaged?: () => void;
}

/**
 * `junk…` wait for a picture: for 0xFF, for SOI, for the 0xFF that follows it in all pictures and seldom by chance.
 * `marker…` expect a marker, `length…` and `segment` pass what follows one, `scan…` is entropy-coded data.
 */
type State =
  | 'junk'
  | 'junk-ff'
  | 'junk-soi'
  | 'marker'
  | 'marker-ff'
  | 'length'
  | 'length-low'
  | 'segment'
  | 'scan'
  | 'scan-ff';

/**
 * Takes JPEGs apart that come one after the other without a container. It goes from segment to segment by their
 * lengths, so that a thumbnail within one is passed over, and looks through entropy-coded data for a marker alone.
 * Whatever is between pictures is left out; a picture that is cut off ends where the next one begins. How the bytes
 * are cut into chunks does not matter.
 */
export class JpegSplitter {
  readonly #maxBytes: number;
  readonly #onDamaged: () => void;
  #state: State = 'junk';
  /** Parts of the picture that has begun, after SOI; empty once it is too long. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Where in the present chunk its next part begins. */
  #start = 0;
  #length = 0;
  #isScan = false;
  #hasScan = false;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, onDamaged = () => {} }: JpegSplitterOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#onDamaged = onDamaged;
  }

  /** What is kept of a picture that has begun. */
  get heldBytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  /**
   * Takes the next bytes; they must not change before the pictures that they belong to are complete.
   *
   * @returns the pictures that end in them, each from SOI to EOI in memory of its own
   */
  push(chunk: Uint8Array): Buffer[] {
    const pictures: Buffer[] = [];
    this.#start = 0;
    for (let at = 0; at < chunk.length; ) at = this.#step(chunk, at, pictures);
    if (!this.#state.startsWith('junk')) this.#keep(chunk.subarray(this.#start));
    return pictures;
  }

  /** @returns where to go on, always behind `at` */
  #step(chunk: Uint8Array, at: number, pictures: Buffer[]): number {
    const byte = chunk[at] as number;
    switch (this.#state) {
      case 'junk':
      case 'scan': {
        const found = chunk.indexOf(FILL, at);
        if (found < 0) return chunk.length;
        this.#state = this.#state === 'junk' ? 'junk-ff' : 'scan-ff';
        return found + 1;
      }
      case 'junk-ff':
        if (byte !== FILL) this.#state = byte === SOI ? 'junk-soi' : 'junk';
        break;
      case 'junk-soi':
        if (byte === FILL) this.#begin(at, 'marker-ff');
        else this.#state = 'junk';
        break;
      case 'marker':
        if (byte === FILL) this.#state = 'marker-ff';
        else this.#giveUp();
        break;
      case 'marker-ff':
        this.#onMarker(byte, chunk, at, pictures);
        break;
      case 'scan-ff':
        if (byte === STUFFING || isRestart(byte)) this.#state = 'scan';
        else this.#onMarker(byte, chunk, at, pictures);
        break;
      case 'length':
        this.#length = byte << 8;
        this.#state = 'length-low';
        break;
      case 'length-low':
        // The length counts itself.
        this.#length += byte - 2;
        if (this.#length < 0) this.#giveUp();
        else this.#passed(0);
        break;
      case 'segment': {
        const passed = Math.min(this.#length, chunk.length - at);
        this.#passed(passed);
        return at + passed;
      }
    }
    return at + 1;
  }

  #onMarker(code: number, chunk: Uint8Array, at: number, pictures: Buffer[]): void {
    if (code === FILL) return;
    if (code === SOI) {
      this.#onDamaged();
      this.#begin(at + 1, 'marker');
    } else if (code === EOI && this.#hasScan) {
      this.#keep(chunk.subarray(this.#start, at + 1));
      if (this.#partBytes <= this.#maxBytes) pictures.push(Buffer.concat([START, ...this.#parts]));
      else this.#onDamaged();
      this.#end();
    } else if (code === STUFFING || code === EOI) {
      this.#giveUp();
    } else if (code === TEM || isRestart(code)) {
      this.#state = 'marker';
    } else {
      this.#isScan = code === SOS;
      this.#hasScan ||= this.#isScan;
      this.#state = 'length';
    }
  }

  #passed(bytes: number): void {
    this.#length -= bytes;
    if (this.#length > 0) this.#state = 'segment';
    else this.#state = this.#isScan ? 'scan' : 'marker';
  }

  #begin(start: number, state: State): void {
    this.#end();
    this.#partBytes = START.length;
    this.#start = start;
    this.#state = state;
  }

  /** The rest is looked through for the next picture. */
  #giveUp(): void {
    this.#onDamaged();
    this.#end();
  }

  #end(): void {
    this.#parts = [];
    this.#partBytes = 0;
    this.#hasScan = false;
    this.#state = 'junk';
  }

  #keep(part: Uint8Array): void {
    this.#partBytes += part.length;
    // Its end is still looked for, or what it has inside would be taken for pictures.
    if (this.#partBytes > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }
}
