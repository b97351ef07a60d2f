import * as v from 'valibot';
import { SOUND_VERDICTS } from '../core/sound-check.ts';

/** Which source to listen to, and for how long. */
export const SoundCheckWish = v.strictObject({
  source: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  seconds: v.optional(v.pipe(v.number(), v.minValue(2), v.maxValue(10)), 6),
});

const Decibels = v.number();

/** What was measured of a source, dBFS; the suggestions are values of its keys in the configuration. */
export const SoundCheckAnswer = v.strictObject({
  source: v.string(),
  seconds: v.number(),
  /** `good` stands alone. */
  verdicts: v.array(v.picklist(SOUND_VERDICTS)),
  /** Of the loudest channel. */
  rms_db: Decibels,
  peak_db: Decibels,
  channels: v.array(v.strictObject({ rms_db: Decibels, peak_db: Decibels, dc_offset: v.number() })),
  /** The louder tenth of the time, and the quieter. */
  loud_db: Decibels,
  floor_db: Decibels,
  /** Samples that were cut off when they were captured. */
  clipped_samples: v.number(),
  /** Of the mains, with its harmonics; null where none is heard. */
  hum_hz: v.nullable(v.picklist([50, 60])),
  hum_db: v.nullable(Decibels),
  suggestions: v.strictObject({
    gain_db: Decibels,
    use_channels: v.picklist(['both', 'mono', 'left', 'right']),
    high_pass_hz: v.number(),
  }),
});

export type SoundCheckAnswer = v.InferOutput<typeof SoundCheckAnswer>;
