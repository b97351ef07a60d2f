import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UNKNOWN_LOAD } from '../core/host-load.ts';
import { DEFAULT_PREFERENCES } from '../core/preferences.ts';
import type { QualityMode } from '../core/quality-level.ts';
import { asHeard } from './as-heard.ts';
import { type Decision, decide } from './decision.ts';
import { SWITCH_REASONS } from './listener-sight.ts';
import { HOLD_SENTENCES, SWITCH_SENTENCES } from './listening-sentences.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';
import type { SteeringReport } from './steered-listener.ts';

const test = suite('as-heard');

const HEARD: SteeringReport = {
  id: 1,
  quality: 'auto',
  rung: 'mp3@128',
  bitrateKbps: 128,
  reason: 'link',
  hold: 'headroom',
  linkKbps: 180,
  shownKbps: undefined,
  bufferS: 3,
  stalls: 0,
  stalledS: 0,
  isBelowLowest: false,
  rttMs: undefined,
  lossShare: undefined,
  switches: [],
};

function decided(speedMbps: number, mode: QualityMode = 'auto'): Decision {
  const host = { ...UNKNOWN_LOAD, cpuPercent: 60, memoryPercent: 60 };
  const preferences = { ...DEFAULT_PREFERENCES, mode };
  return decide({ speedMbps, host, preferences, settings: DEFAULT_QUICK_SYNC, boxKbps: Number.POSITIVE_INFINITY });
}

test('who does not listen is told what is decided', () => {
  const decision = decided(3);
  assert.is(asHeard(decision, 3, undefined, DEFAULT_QUICK_SYNC), decision);
});

test('a device that has chosen is told what it has chosen, whatever it hears', () => {
  const decision = decided(3, 'high');
  assert.is(asHeard(decision, 3, HEARD, DEFAULT_QUICK_SYNC), decision);
});

test('who listens is told what it hears, why, and what its player should do for that', () => {
  const told = asHeard(decided(3), 3, HEARD, DEFAULT_QUICK_SYNC);
  assert.is(told.level, 'medium');
  assert.is(told.bitrate, 128);
  assert.is(told.description, 'Balanced quality and bandwidth');
  assert.is(told.autoSelected, true);
  assert.is(told.network, 'good');
  assert.equal(told.buffer, { bufferSize: 10, preload: 'auto', maxBufferSize: 20, rebufferThreshold: 3 });
  assert.equal(
    told.why.map(({ code }) => code),
    ['heard-link', 'link'],
  );
  assert.is(
    told.why[0]?.sentence,
    'You hear 128 kbit/s. The connection carries less than more would need. ' +
      'The connection has not shown that it carries more.',
  );
});

test('on a slow link a player takes more in hand, whatever its level', () => {
  const told = asHeard(decided(0.7), 0.7, { ...HEARD, bitrateKbps: 320, hold: undefined }, DEFAULT_QUICK_SYNC);
  assert.is(told.level, 'ultra');
  assert.equal(told.buffer, { bufferSize: 20, preload: 'auto', maxBufferSize: 40, rebufferThreshold: 6 });
  const low = asHeard(decided(0.7), 0.7, { ...HEARD, bitrateKbps: 64 }, DEFAULT_QUICK_SYNC);
  assert.is(low.buffer.bufferSize, 15);
});

test('a bitrate below all levels is the lowest level, and FLAC is lossless', () => {
  const opus = asHeard(decided(0.3), 0.3, { ...HEARD, rung: 'opus@32', bitrateKbps: 32 }, DEFAULT_QUICK_SYNC);
  assert.equal([opus.level, opus.bitrate], ['low', 32]);
  const flac = asHeard(decided(9), 9, { ...HEARD, rung: 'flac@lossless', bitrateKbps: 0 }, DEFAULT_QUICK_SYNC);
  assert.equal([flac.level, flac.bitrate], ['lossless', 0]);
  assert.not(/ 0 kbit/.test(flac.why[0]?.sentence ?? ''));
});

test('every reason is a sentence of its own', () => {
  const sentences = [...SWITCH_REASONS.map((reason) => SWITCH_SENTENCES[reason]), ...Object.values(HOLD_SENTENCES)];
  assert.is(new Set(sentences).size, sentences.length);
  for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/);
});

test.run();
