import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PROFILES } from '../config/profiles.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import { differsFor, effortsOf, LEAST_EFFORT, MODERATE_EFFORT } from './encoder-efforts.ts';

const test = suite('encoder-efforts');

const HIGH: EncoderEffort = { mp3Quality: 2, opusComplexity: 10, aacCoder: 'twoloop', flacLevel: 8 };

test('the moderate effort is what the Raspberry Pi is given', () => {
  const pi = PROFILES['raspberry-pi'];
  assert.equal(
    [pi['encoder.mp3_quality'], pi['encoder.opus_complexity'], pi['encoder.aac_coder'], pi['encoder.flac_level']],
    Object.values(MODERATE_EFFORT),
  );
});

test('from a high effort it goes down in two steps', () => {
  assert.equal(effortsOf(HIGH), [HIGH, MODERATE_EFFORT, LEAST_EFFORT]);
});

test('no step spends more than what is configured', () => {
  const lowest: EncoderEffort = { mp3Quality: 9, opusComplexity: 0, aacCoder: 'fast', flacLevel: 0 };
  assert.equal(effortsOf(lowest), [lowest, lowest, lowest]);
  const mixed: EncoderEffort = { mp3Quality: 3, opusComplexity: 3, aacCoder: 'fast', flacLevel: 12 };
  assert.equal(effortsOf(mixed), [mixed, { ...MODERATE_EFFORT, opusComplexity: 3 }, LEAST_EFFORT]);
});

test('only what a codec goes by makes a difference for it', () => {
  assert.ok((['mp3', 'aac', 'opus', 'flac'] as const).every((codec) => differsFor(codec, HIGH, LEAST_EFFORT)));
  assert.not(differsFor('mp3', MODERATE_EFFORT, LEAST_EFFORT));
  assert.not(differsFor('aac', MODERATE_EFFORT, LEAST_EFFORT));
  assert.ok(differsFor('opus', MODERATE_EFFORT, LEAST_EFFORT));
});

test.run();
