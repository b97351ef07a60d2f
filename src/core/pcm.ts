/** Every source is resampled to this rate; so all rungs share one time grid. Hz. */
export const SAMPLE_RATE = 48_000;

export type Channels = 1 | 2;

/** A run of decoded sound at SAMPLE_RATE. */
export interface PcmBlock {
  /** Interleaved signed 16-bit samples. Owned by the receiver: a source never touches it again. */
  readonly samples: Int16Array;
  readonly channels: Channels;
  /**
   * Capture time of the first sample, microseconds of CLOCK_MONOTONIC, for sources that know it;
   * undefined lets the timeline take the arrival.
   */
  readonly ptsUs?: number;
}
