/** What is known of the disk that data_dir is on, and of what is written. What the machine does not tell is undefined. */
export interface HostStorage {
  readonly diskBytes: number | undefined;
  /** What programs without special rights may still have of it. */
  readonly freeBytes: number | undefined;
  /** 0 to 1, as `df` has it: what is reserved for the system counts as neither used nor free. */
  readonly usedRatio: number | undefined;
  /** Part of the life of the card that is used up, in tenths, rounded up; 1: all of it. */
  readonly cardWearRatio: number | undefined;
  /** Bytes that Pipit's processes had written to disks since it started. */
  readonly writtenBytes: number | undefined;
}

/** Before anybody has looked. */
export const UNKNOWN_STORAGE: HostStorage = Object.freeze({
  diskBytes: undefined,
  freeBytes: undefined,
  usedRatio: undefined,
  cardWearRatio: undefined,
  writtenBytes: undefined,
});
