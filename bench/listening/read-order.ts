/** What a reader is to do. */
export interface ReadOrder {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Where what it hears is kept, for a decoder to judge. */
  readonly file: string;
  readonly startS: number;
  readonly resumeS: number;
  /** With so much in hand it reads no further; what comes then waits in the connection. */
  readonly maxS: number;
  /** It is paused for a while, and reads nothing meanwhile. */
  readonly pause?: { readonly atS: number; readonly lengthS: number } | undefined;
  /** At most so much is read at once. */
  readonly readBytes: number;
}
