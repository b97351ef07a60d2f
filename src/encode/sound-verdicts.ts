import type { SoundCheckReport, SoundVerdict } from '../core/sound-check.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';

/** What was measured of the sound as it is heard. */
export type SoundFacts = Omit<SoundCheckReport, 'verdicts' | 'suggestions'> & {
  /** RMS dBFS of each channel as it was captured. */
  readonly capturedDb: readonly number[];
  /** RMS dBFS of what sounds like noise in the quietest part; undefined where nothing does. */
  readonly noiseDb: number | undefined;
};

/** Where speech is well heard, RMS dBFS of its louder parts; and what is too far from there. */
const WELL_DB = -20;
const QUIET_DB = -38;
const LOUD_DB = -10;
/** Below it there is nothing that gain would make audible: the microphone is off, or not plugged in. */
const NOTHING_DB = -75;
/** What gain leaves free above the highest peak. */
const PEAK_ROOM_DB = 3;
/** So many samples are no accident. */
const CLIPPED_SAMPLES = 10;
const ONE_SIDE_DB = 15;
const AUDIBLE_DB = -60;
/** Noise is heard above this, and where what is meant to be heard does not stand far above it. */
const FLOOR_DB = -120;
const NOISE_DB = -50;
const NOISE_ROOM_DB = 25;
/** Hum counts where it is a good part of what is there in the quietest moments. */
const HUM_SHARE_DB = 10;
const DC_OFFSET = 0.01;
/** Corners of the high-pass: against an offset; against hum; where that does not suffice. Hz */
const OFFSET_CORNER_HZ = 40;
const HUM_CORNERS_HZ = [120, 200] as const;
const GAIN_RANGE_DB = 40;

/** What to say of what was measured, and what to do about it. */
export function soundVerdicts(
  facts: SoundFacts,
  treatment: SoundTreatment,
): Pick<SoundCheckReport, 'verdicts' | 'suggestions' | 'hum'> {
  const { loudDb, clippedSamples } = facts;
  const isClipped = clippedSamples >= CLIPPED_SAMPLES;
  const hum = isHumming(facts) ? facts.hum : undefined;
  const hasOffset = facts.dcOffset.some((offset) => Math.abs(offset) > DC_OFFSET);
  const isOneSided = sideOf(facts.rmsDb) !== undefined;
  const { noiseDb = FLOOR_DB } = facts;
  const isNoisy = noiseDb > NOISE_DB && loudDb - noiseDb < NOISE_ROOM_DB;
  const found: Readonly<Record<Exclude<SoundVerdict, 'good'>, boolean>> = {
    too_loud: isClipped || loudDb > LOUD_DB,
    too_quiet: loudDb < QUIET_DB,
    hum: hum !== undefined,
    one_side: isOneSided,
    noise: isNoisy,
    dc_offset: hasOffset,
  };
  const verdicts = (Object.keys(found) as (keyof typeof found)[]).filter((verdict) => found[verdict]);
  const corners = [treatment.highPassHz];
  if (hasOffset) corners.push(OFFSET_CORNER_HZ);
  if (hum !== undefined) corners.push(treatment.highPassHz < HUM_CORNERS_HZ[0] ? HUM_CORNERS_HZ[0] : HUM_CORNERS_HZ[1]);
  return {
    verdicts: verdicts.length === 0 ? ['good'] : verdicts,
    hum,
    suggestions: {
      gainDb: suggestedGainDb(facts, treatment),
      useChannels: (isOneSided ? sideOf(facts.capturedDb) : undefined) ?? treatment.useChannels,
      highPassHz: Math.max(...corners),
    },
  };
}

function isHumming({ hum, floorDb }: SoundFacts): boolean {
  return hum !== undefined && hum.levelDb > AUDIBLE_DB && hum.levelDb > floorDb - HUM_SHARE_DB;
}

/** The only channel that is heard. */
function sideOf([left = -120, right = left]: readonly number[]): 'left' | 'right' | undefined {
  if (Math.abs(left - right) < ONE_SIDE_DB || Math.max(left, right) < AUDIBLE_DB) return undefined;
  return left > right ? 'left' : 'right';
}

/** What is cut off when it is captured is none of its business: it is as loud as it can be. */
function suggestedGainDb({ loudDb, peakDb }: SoundFacts, { gainDb, autoGain }: SoundTreatment): number {
  const isWell = loudDb <= LOUD_DB && loudDb >= QUIET_DB;
  // Automatic gain does what is to be done once it hears something.
  if (isWell || autoGain || loudDb < NOTHING_DB) return gainDb;
  const missingDb = WELL_DB - loudDb;
  const roomDb = -PEAK_ROOM_DB - Math.max(...peakDb);
  const change = missingDb > 0 ? Math.max(0, Math.min(missingDb, roomDb)) : missingDb;
  return Math.max(-GAIN_RANGE_DB, Math.min(GAIN_RANGE_DB, Math.round(gainDb + change)));
}
