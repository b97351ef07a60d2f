import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import { QUALITY_LEVELS, QUALITY_MODES, type QualityLevel } from '../core/quality-level.ts';
import { PROFILE_CAPS, QUALITY_PROFILES, type QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { LADDER } from '../core/rung.ts';
import { type Decision, type DecisionFacts, decide } from './decision.ts';
import { DECISION_CODES } from './decision-reason.ts';
import { DESCRIPTIONS } from './presets.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('decision');

/** Neither hard nor idle. */
const USUAL: HostLoad = { ...UNKNOWN_LOAD, cpuPercent: 40, memoryPercent: 60 };
const IDLE: HostLoad = { ...UNKNOWN_LOAD, cpuPercent: 5, memoryPercent: 20 };
const HARD: HostLoad = { ...UNKNOWN_LOAD, cpuPercent: 95, memoryPercent: 60 };

function decided(given: {
  mbps?: number;
  host?: HostLoad;
  preferences?: Partial<Preferences>;
  settings?: Partial<QuickSyncSettings>;
  boxKbps?: number;
}): Decision {
  return decide({
    speedMbps: given.mbps ?? 2,
    host: given.host ?? USUAL,
    preferences: { ...DEFAULT_PREFERENCES, ...given.preferences },
    settings: { ...DEFAULT_QUICK_SYNC, ...given.settings },
    boxKbps: given.boxKbps ?? Number.POSITIVE_INFINITY,
  });
}

function codesOf(decision: Decision): string[] {
  return decision.why.map(({ code }) => code);
}

test('a level begins at its threshold', () => {
  const levels = [0, 0.49, 0.5, 0.99, 1, 1.99, 2, 4.99, 5, 1000].map((mbps) => decided({ mbps }).level);
  assert.equal(levels, ['low', 'low', 'low', 'low', 'medium', 'medium', 'high', 'high', 'ultra', 'ultra']);
  const { bitrate, description, autoSelected, network, system } = decided({ mbps: 2 });
  assert.equal(
    { bitrate, description, autoSelected, network, system },
    {
      bitrate: 256,
      description: 'Best listening experience',
      autoSelected: true,
      network: 'good',
      system: 'low_load',
    },
  );
});

test('below the lowest threshold it is still low, and what goes lower is named', () => {
  const [why] = decided({ mbps: 0.3, host: IDLE }).why;
  assert.is(why?.code, 'below-lowest');
  assert.match(
    why?.sentence ?? '',
    /0\.3 Mbit\/s.*0\.5 Mbit\/s.*MP3 and AAC go no lower.*Opus does, with 32 kbit\/s in mono/,
  );
  assert.is(decided({ mbps: 0.3, host: IDLE }).level, 'low');
  assert.not.ok(codesOf(decided({ mbps: 0.5 })).includes('below-lowest'));
});

test('under high load it is one level less, for devices that adapt', () => {
  const levels = [0.3, 0.7, 1.5, 3, 9].map((mbps) => decided({ mbps, host: HARD }).level);
  assert.equal(levels, ['low', 'low', 'low', 'medium', 'high']);
  const decision = decided({ mbps: 3, host: HARD });
  assert.equal(codesOf(decision), ['link', 'high-load']);
  assert.match(decision.why[1]?.sentence ?? '', /CPU at 95 %\): one level less, medium/);
  assert.is(decided({ mbps: 3, host: HARD, preferences: { adaptToSystem: false } }).level, 'high');
  assert.match(
    decided({ mbps: 3, host: { ...IDLE, isThrottled: true } }).why[1]?.sentence ?? '',
    /throttled because of heat or a weak power supply/,
  );
});

test('on an idle box it is one level more where that level’s own bitrate fits with ease', () => {
  const levels = [0.3, 0.7, 1.5, 3, 9].map((mbps) => decided({ mbps, host: IDLE }).level);
  assert.equal(levels, ['low', 'medium', 'high', 'ultra', 'ultra']);
  assert.equal(codesOf(decided({ mbps: 3, host: IDLE })), ['link', 'prefer-quality']);
  assert.equal(codesOf(decided({ mbps: 9, host: IDLE })), ['link']);
  assert.is(decided({ mbps: 3, host: IDLE, preferences: { preferQuality: false } }).level, 'high');
  assert.is(decided({ mbps: 3, host: USUAL }).level, 'high');
  assert.is(decided({ mbps: 3, host: UNKNOWN_LOAD }).level, 'high');
});

test('with no weight for the wish, a level more must fit eight times', () => {
  const level = (mbps: number, preferenceWeight: number) =>
    decided({ mbps, host: IDLE, settings: { preferenceWeight } }).level;
  assert.is(level(2.5, 0), 'high');
  assert.is(level(2.6, 0), 'ultra');
  assert.is(level(2, 1), 'ultra');
});

test('a preset that is far more than its threshold suggests is not given for the wish', () => {
  const { presets } = DEFAULT_QUICK_SYNC;
  const settings = { presets: { ...presets, medium: { ...presets.medium, bitrate: 320 } } };
  assert.is(decided({ mbps: 0.7, host: IDLE, settings }).level, 'low');
});

test('what a device asks for it gets, whatever link, load and bounds say, and is told what may come of it', () => {
  for (const mode of QUALITY_MODES) {
    if (mode === 'auto') continue;
    const decision = decided({ mbps: 0.01, host: HARD, preferences: { mode }, settings: { maxKbps: 64 }, boxKbps: 64 });
    assert.is(decision.level, mode);
    assert.is(decision.bitrate, mode === 'lossless' ? 0 : DEFAULT_QUICK_SYNC.presets[mode].bitrate);
    assert.not.ok(decision.autoSelected);
    assert.equal(codesOf(decision), ['mode', 'beyond-link'], mode);
  }
  assert.equal(codesOf(decided({ mbps: 5, preferences: { mode: 'lossless' } })), ['mode']);
  assert.equal(codesOf(decided({ mbps: 1.1, preferences: { mode: 'lossless' } })), ['mode', 'beyond-link']);
});

test('bounds move the level, and the reason names the one that counted', () => {
  const of = (settings: Partial<QuickSyncSettings>, boxKbps?: number) =>
    decided({ mbps: 9, settings, ...(boxKbps === undefined ? {} : { boxKbps }) });
  const shown = ({ level, bitrate, why }: Decision) => [level, bitrate, why.at(-1)?.code];
  assert.equal(shown(of({ maxKbps: 256 })), ['high', 256, 'max-bitrate']);
  assert.equal(shown(of({ profile: 'mobile_data' })), ['medium', 128, 'profile']);
  assert.equal(shown(of({ profile: 'mobile_data' }, 64)), ['low', 64, 'box']);
  assert.equal(shown(of({ profile: 'ethernet_audiophile' })), ['ultra', 320, 'link']);
  assert.equal(shown(decided({ mbps: 0.6, settings: { minKbps: 128 } })), ['medium', 128, 'min-bitrate']);
  assert.equal(shown(decided({ mbps: 0.6, settings: { minKbps: 128 }, boxKbps: 64 })), ['low', 64, 'link']);
});

test('a lowest level above the bound gives the nearest bitrate below it', () => {
  const { presets } = DEFAULT_QUICK_SYNC;
  const high = { ...presets.high, bitrate: 256 };
  const settings = { presets: { ...presets, low: high, medium: high, high }, maxKbps: 128 };
  const { level, bitrate } = decided({ mbps: 9, settings });
  assert.equal([level, bitrate], ['low', 128]);
  assert.is(decided({ mbps: 9, settings, boxKbps: 1 }).bitrate, 64);
});

test('where Quick Sync is off that is said', () => {
  assert.equal(codesOf(decided({ settings: { enabled: false } })), ['link', 'disabled']);
});

const percent = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
const maybe = fc.option(fc.boolean(), { nil: undefined });
const anyHost: fc.Arbitrary<HostLoad> = fc.record({
  cpuPercent: percent,
  memoryPercent: percent,
  memoryAvailableMb: fc.constant(undefined),
  temperatureC: fc.constant(undefined),
  isThrottled: maybe,
  isUnderVoltage: maybe,
  memoryPressurePercent: percent,
  isSwapping: maybe,
  ownCpuPercent: percent,
});
const bitrate = fc.constantFrom(64, 128, 256, 320);
const anySettings: fc.Arbitrary<QuickSyncSettings> = fc
  .record({
    bitrates: fc.array(bitrate, { minLength: 4, maxLength: 4 }),
    steps: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }),
    bounds: fc.tuple(bitrate, bitrate),
    profile: fc.constantFrom(...QUALITY_PROFILES),
    preferenceWeight: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ bitrates, steps, bounds, profile, preferenceWeight }) => {
    const sorted = bitrates.toSorted((a, b) => a - b);
    const presets = { ...DEFAULT_QUICK_SYNC.presets };
    const thresholds = { ...DEFAULT_QUICK_SYNC.thresholds };
    let threshold = 0;
    for (const [index, level] of QUALITY_LEVELS.entries()) {
      threshold += steps[index] as number;
      thresholds[level] = threshold;
      presets[level] = { ...presets[level], bitrate: sorted[index] as number };
    }
    const [minKbps, maxKbps] = bounds.toSorted((a, b) => a - b) as [number, number];
    return { ...DEFAULT_QUICK_SYNC, presets, thresholds, minKbps, maxKbps, profile, preferenceWeight };
  });
const anyMbps = fc.double({ min: 0, max: 30, noNaN: true });
const anyFacts: fc.Arbitrary<DecisionFacts> = fc.record({
  speedMbps: anyMbps,
  host: anyHost,
  preferences: fc.record({
    mode: fc.constantFrom(...QUALITY_MODES),
    preferQuality: fc.boolean(),
    adaptToSystem: fc.boolean(),
    autoDownloadQuality: fc.boolean(),
  }),
  settings: anySettings,
  boxKbps: fc.constantFrom(64, 128, 256, 320, Number.POSITIVE_INFINITY),
});
const anyAutomatic = anyFacts.map(
  (facts): DecisionFacts => ({ ...facts, preferences: { ...facts.preferences, mode: 'auto' } }),
);
const heightOf = (decision: Decision): number => QUALITY_LEVELS.indexOf(decision.level as QualityLevel);

test('nobody on auto gets more than any bound allows, and everybody a bitrate of the ladder', () => {
  fc.assert(
    fc.property(anyAutomatic, (facts) => {
      const { settings, boxKbps } = facts;
      const { bitrate: given } = decide(facts);
      assert.ok(given <= Math.min(settings.maxKbps, PROFILE_CAPS[settings.profile].maxKbps, boxKbps));
      assert.ok(LADDER.some((rung) => rung.codec === 'mp3' && rung.bitrateKbps === given));
    }),
  );
});

test('a faster link never gets less', () => {
  fc.assert(
    fc.property(anyAutomatic, anyMbps, (facts, moreMbps) => {
      const slow = decide(facts);
      const fast = decide({ ...facts, speedMbps: facts.speedMbps + moreMbps });
      assert.ok(heightOf(fast) >= heightOf(slow) && fast.bitrate >= slow.bitrate);
    }),
  );
});

test('load never gets anybody more', () => {
  fc.assert(
    fc.property(anyAutomatic, (facts) => {
      const hard = decide({ ...facts, host: { ...facts.host, cpuPercent: 100 } });
      const free = decide(facts);
      assert.is(hard.system, 'high_load');
      assert.ok(heightOf(hard) <= heightOf(free) && hard.bitrate <= free.bitrate);
      assert.not.ok(codesOf(hard).includes('prefer-quality'));
    }),
  );
});

test('every decision says in words what the level is good for and why it was chosen', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { level, description, why, buffer } = decide(facts);
      assert.is(description, DESCRIPTIONS[level]);
      assert.ok(description.length > 0);
      assert.ok(['link', 'below-lowest', 'mode'].includes(why[0]?.code ?? ''));
      for (const { code, sentence } of why) {
        assert.ok(DECISION_CODES.includes(code));
        assert.match(sentence, /^[A-Z][^\n]+\.$/);
        assert.not.match(sentence, /undefined|NaN|Infinity/);
      }
      assert.is(new Set(why.map(({ code }) => code)).size, why.length);
      assert.ok(buffer.rebufferThreshold <= buffer.bufferSize && buffer.bufferSize <= buffer.maxBufferSize);
    }),
  );
});

test.run();
