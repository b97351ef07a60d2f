/** One coded picture of a camera that delivers H.264, for outputs that pass it on as it is. */
export interface VideoUnit {
  readonly codec: 'h264';
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly durationUs: number;
  /** Decoding can begin here. */
  readonly isKeyframe: boolean;
  /** Annex B, parameter sets in front of each keyframe. Who hands it on says for how long it is valid. */
  readonly data: Buffer;
}
