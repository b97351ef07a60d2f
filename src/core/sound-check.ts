import type { SoundTreatment } from './sound-treatment.ts';

/** What may be said of the sound of a source after listening to it for some seconds. */
export const SOUND_VERDICTS = ['too_loud', 'too_quiet', 'hum', 'one_side', 'noise', 'dc_offset', 'good'] as const;

export type SoundVerdict = (typeof SOUND_VERDICTS)[number];

/** What was measured in these seconds, and what to do about it. */
export interface SoundCheckReport {
  readonly seconds: number;
  /** `good` stands alone. */
  readonly verdicts: readonly SoundVerdict[];
  /** dBFS of each channel, as listeners hear it. */
  readonly rmsDb: readonly number[];
  readonly peakDb: readonly number[];
  /** RMS dBFS of the louder tenth of the time, and of the quieter tenth: who speaks, and the room. */
  readonly loudDb: number;
  readonly floorDb: number;
  /** Samples that were cut off when they were captured: no gain brings them back. */
  readonly clippedSamples: number;
  /** Of the mains, and what it and its harmonics have together; undefined where none is heard. */
  readonly hum: { readonly hz: 50 | 60; readonly levelDb: number } | undefined;
  /** Mean of each channel, as a part of full scale. */
  readonly dcOffset: readonly number[];
  /** What would be better; where nothing has to change it is as it is now. */
  readonly suggestions: Pick<SoundTreatment, 'gainDb' | 'useChannels' | 'highPassHz'>;
}
