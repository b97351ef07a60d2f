/** What is done to the sound of a source before it is measured and encoded. Changes while it runs. */
export interface SoundTreatment {
  /** dB, applied first; what would exceed full scale is held back. */
  readonly gainDb: number;
  /** Of two channels: both as they are, their mean on both, or one of them on both. */
  readonly useChannels: 'both' | 'mono' | 'left' | 'right';
  /** Corner of the high-pass; 0: none. */
  readonly highPassHz: number;
  /** The level is followed slowly. */
  readonly autoGain: boolean;
}

/** Sound as it comes. */
export const UNTREATED: SoundTreatment = Object.freeze({
  gainDb: 0,
  useChannels: 'both',
  highPassHz: 0,
  autoGain: false,
});
