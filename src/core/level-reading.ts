/** One reading of the level meter, ten a second. */
export interface LevelReading {
  /** dBFS per channel; -120 stands for digital silence. */
  readonly rmsDb: readonly number[];
  readonly peakDb: readonly number[];
  /** Samples at full scale since the worker started. */
  readonly clippedSamples: number;
  /** No sound above the silence threshold for its dwell time. */
  readonly silent: boolean;
  /** Sound above the sound threshold for its dwell time. */
  readonly sound: boolean;
}
