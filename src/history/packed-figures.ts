/** A figure of a minute or an hour, by its number in the file. */
export interface NumberedSpan {
  readonly id: number;
  readonly value: number;
  readonly max: number;
}

/*
 * Figures as they stand in a row: in the order of their numbers, each as a number `(id - id before) * 4 + form` of
 * variable length (7 bits a byte, the lowest first, the top bit says that more follow) and what its form asks for. Values
 * are kept as 32-bit floats, little-endian: seven digits.
 */
const ZERO = 0;
/** `value` and `max` are the same small whole number, which follows as a number of variable length. */
const WHOLE = 1;
/** They are the same; a float follows. */
const SAME = 2;
/** `value` and `max` follow as floats. */
const BOTH = 3;

const FLOAT_BYTES = 4;
/** Two bytes at most: more are no shorter than a float. */
const MAX_WHOLE = 1 << 14;
const MOST_BYTES = 5 + 2 * FLOAT_BYTES;

/** Packs figures into a row; sorts them. */
export function packFigures(spans: NumberedSpan[]): Uint8Array {
  spans.sort((a, b) => a.id - b.id);
  const bytes = Buffer.allocUnsafe(spans.length * MOST_BYTES);
  let at = 0;
  let before = 0;
  for (const { id, value, max } of spans) {
    const form = formOf(value, max);
    at = writeNumber(bytes, at, (id - before) * 4 + form);
    before = id;
    if (form === WHOLE) at = writeNumber(bytes, at, value);
    if (form === SAME || form === BOTH) at = bytes.writeFloatLE(value, at);
    if (form === BOTH) at = bytes.writeFloatLE(max, at);
  }
  return bytes.subarray(0, at);
}

/** Tells each figure of a row, in the order of their numbers. What is cut off is left out. */
export function eachFigure(packed: Uint8Array, tell: (id: number, value: number, max: number) => void): void {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  let id = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const head = number();
    const form = head % 4;
    id += Math.floor(head / 4);
    const needed = form === BOTH ? 2 * FLOAT_BYTES : form === SAME ? FLOAT_BYTES : 0;
    if (Number.isNaN(head) || at + needed > bytes.length) return;
    let value = 0;
    let max = 0;
    if (form === WHOLE) {
      value = max = number();
    } else if (form !== ZERO) {
      value = max = bytes.readFloatLE(at);
      at += FLOAT_BYTES;
      if (form === BOTH) {
        max = bytes.readFloatLE(at);
        at += FLOAT_BYTES;
      }
    }
    if (!Number.isNaN(value)) tell(id, value, max);
  }
}

function formOf(value: number, max: number): number {
  if (value !== max) return BOTH;
  if (Object.is(value, 0)) return ZERO;
  return Number.isInteger(value) && value > 0 && value < MAX_WHOLE ? WHOLE : SAME;
}

function writeNumber(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest >= 128) {
    bytes[to++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  bytes[to++] = rest;
  return to;
}
