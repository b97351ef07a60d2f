import type { Codec } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';

/** What the efforts of `effortsOf` are called in reports. */
export const EFFORT_NAMES = ['configured', 'moderate', 'least'] as const;
export type EffortName = (typeof EFFORT_NAMES)[number];

/** What the profile of the Raspberry Pi spends. */
export const MODERATE_EFFORT: EncoderEffort = { mp3Quality: 7, opusComplexity: 5, aacCoder: 'fast', flacLevel: 5 };
/**
 * The cheapest that still sounds right (docs/decisions/encoder-effort.md): LAME does the same from 7 to 9, and Opus without
 * any complexity loses much of speech.
 */
export const LEAST_EFFORT: EncoderEffort = { mp3Quality: 7, opusComplexity: 1, aacCoder: 'fast', flacLevel: 0 };

/** The configured effort and two cheaper ones, in the order of EFFORT_NAMES; none spends more than the one before. */
export function effortsOf(configured: EncoderEffort): readonly [EncoderEffort, EncoderEffort, EncoderEffort] {
  const { mp3Quality, opusComplexity, aacCoder, flacLevel } = configured;
  const first: EncoderEffort = { mp3Quality, opusComplexity, aacCoder, flacLevel };
  return [first, cheaperOf(first, MODERATE_EFFORT), cheaperOf(first, LEAST_EFFORT)];
}

/** Whether the encoders of a codec do anything else with one effort than with the other. */
export function differsFor(codec: Codec, one: EncoderEffort, other: EncoderEffort): boolean {
  switch (codec) {
    case 'mp3':
      return one.mp3Quality !== other.mp3Quality;
    case 'aac':
      return one.aacCoder !== other.aacCoder;
    case 'opus':
      return one.opusComplexity !== other.opusComplexity;
    case 'flac':
      return one.flacLevel !== other.flacLevel;
  }
}

function cheaperOf(one: EncoderEffort, other: EncoderEffort): EncoderEffort {
  return {
    mp3Quality: Math.max(one.mp3Quality, other.mp3Quality),
    opusComplexity: Math.min(one.opusComplexity, other.opusComplexity),
    aacCoder: one.aacCoder === 'fast' ? 'fast' : other.aacCoder,
    flacLevel: Math.min(one.flacLevel, other.flacLevel),
  };
}
