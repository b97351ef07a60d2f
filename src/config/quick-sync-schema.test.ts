import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { QUALITY_LEVELS } from '../core/quality-level.ts';
import { PROFILE_CAPS, QUALITY_PROFILES } from '../core/quick-sync-settings.ts';
import { DEFAULT_QUICK_SYNC } from '../quality/quick-sync.testing.ts';
import { compareSettings } from './compare-settings.ts';
import { errorsOf, load, onlyError } from './load-settings.testing.ts';
import { PROFILE_NAMES } from './profiles.ts';
import { QUICK_SYNC_KEYS } from './quick-sync-schema.ts';

const test = suite('quick_sync schema');

function refused(lines: string, pattern: RegExp): void {
  onlyError(`quick_sync {\n ${lines.replaceAll('; ', '\n ')}\n}`, pattern);
}

test('quick_sync has its defaults, whatever the profile', () => {
  for (const profile of PROFILE_NAMES) {
    assert.equal(load(`profile = "${profile}"`).settings.quickSync, DEFAULT_QUICK_SYNC);
  }
});

const EVERY_KEY = `
quick_sync {
  enabled                  = false
  quality_profile          = "wifi_premium"
  min_bitrate              = 128
  max_bitrate              = 256
  target_bitrate           = 128
  adaptation_interval_s    = 2.5
  hysteresis               = 0.3
  bandwidth_threshold_low  = 150
  bandwidth_threshold_high = 900
  latency_threshold_ms     = 200
  packet_loss_threshold    = 0.02
  smoothing                = 0.5
  burst_allowance_ms       = 50
  user_preference_weight   = 0.1
  buffer_target_s          = 6
  buffer_min_s             = 3
  buffer_max_s             = 20
  preload_threshold        = 0.5
  test_timeout_s           = 3
  test_urls                = ["https://a.example/1MB", "http://b.example:8080/x?y"]
  low_bitrate              = 64
  low_buffer_s             = 1
  low_preload              = "none"
  low_mbps                 = 0.25
  medium_bitrate           = 64
  medium_buffer_s          = 2
  medium_preload           = "metadata"
  medium_mbps              = 0.75
  high_bitrate             = 128
  high_buffer_s            = 3
  high_preload             = "metadata"
  high_mbps                = 1.5
  ultra_bitrate            = 256
  ultra_buffer_s           = 4
  ultra_preload            = "none"
  ultra_mbps               = 3
  high_load_cpu            = 90
  high_load_memory         = 95
  moderate_load_cpu        = 60
  moderate_load_memory     = 75
  idle_cpu                 = 20
  idle_memory              = 40
}`;

test('every key of quick_sync reaches the settings, in the units of the code', () => {
  for (const name of Object.keys(QUICK_SYNC_KEYS)) assert.match(EVERY_KEY, new RegExp(`\n  ${name} +=`));
  assert.equal(load(EVERY_KEY).settings.quickSync, {
    enabled: false,
    presets: {
      low: { bitrate: 64, bufferSize: 1, preload: 'none' },
      medium: { bitrate: 64, bufferSize: 2, preload: 'metadata' },
      high: { bitrate: 128, bufferSize: 3, preload: 'metadata' },
      ultra: { bitrate: 256, bufferSize: 4, preload: 'none' },
      auto: { bitrate: 0, bufferSize: 0, preload: 'auto' },
    },
    thresholds: { low: 0.25, medium: 0.75, high: 1.5, ultra: 3 },
    minKbps: 128,
    maxKbps: 256,
    targetKbps: 128,
    profile: 'wifi_premium',
    adaptationIntervalMs: 2500,
    hysteresis: 0.3,
    lowLinkKbps: 150,
    highLinkKbps: 900,
    latencyThresholdMs: 200,
    lossThreshold: 0.02,
    smoothing: 0.5,
    burstAllowanceMs: 50,
    preferenceWeight: 0.1,
    bufferTargetS: 6,
    bufferMinS: 3,
    bufferMaxS: 20,
    preloadThreshold: 0.5,
    testTimeoutMs: 3000,
    testUrls: ['https://a.example/1MB', 'http://b.example:8080/x?y'],
    highCpuPercent: 90,
    highMemoryPercent: 95,
    moderateCpuPercent: 60,
    moderateMemoryPercent: 75,
    idleCpuPercent: 20,
    idleMemoryPercent: 40,
  });
});

test('all of it changes while Pipit runs', () => {
  const { live, restart, running } = compareSettings(load(''), load(EVERY_KEY));
  assert.equal(restart, []);
  assert.is(live.length, Object.keys(QUICK_SYNC_KEYS).length - 1, 'all but low_bitrate, which is the default');
  assert.equal(running.settings.quickSync, load(EVERY_KEY).settings.quickSync);
});

test('the environment sets it too', () => {
  const { quickSync } = load('', {
    PIPIT_QUICK_SYNC__MAX_BITRATE: '128',
    PIPIT_QUICK_SYNC__TEST_URLS: 'http://a/,https://b/',
  }).settings;
  assert.is(quickSync.maxKbps, 128);
  assert.equal(quickSync.testUrls, ['http://a/', 'https://b/']);
});

test('a bitrate that the ladder does not have is answered with the nearest', () => {
  refused(
    'max_bitrate = 192',
    /^config\.hcl:2:2: quick_sync\.max_bitrate is 192, it must be one of 64, 128, 256, 320, write 128, /,
  );
  refused('medium_bitrate = 160', /quick_sync\.medium_bitrate is 160, .*, write 128, the nearest$/);
  refused('target_bitrate = 20', /one of 0, 64, 128, 256, 320, write 0, the nearest$/);
  refused('low_bitrate = 0', /quick_sync\.low_bitrate is 0/);
});

test('other spellings are answered with the right one', () => {
  refused(
    'bandwidth_threshold_low_kbps = 200',
    /_low_kbps is no key in quick_sync, .*did you mean bandwidth_threshold_low\?$/,
  );
  refused('adaptation_interval = 2', /did you mean adaptation_interval_s\?$/);
  refused('hysteresis_factor = 0.2', /did you mean hysteresis\?$/);
  refused('test_url = "http://a/"', /did you mean test_urls\?$/);
  refused('low_buffer_size = 5', /did you mean low_buffer_s\?$/);
  refused(
    'quality_profile = "mobile"',
    /quick_sync\.quality_profile is "mobile", it must be one of "none", "mobile_data"/,
  );
});

test('thresholds must rise with the level, and bitrates must not fall', () => {
  refused(
    'medium_mbps = 2',
    /^config\.hcl:2:2: quick_sync\.medium_mbps is 2, high_mbps is 2, and it must be below that, lower medium_mbps or raise high_mbps$/,
  );
  refused('ultra_mbps = 1.5', /^config\.hcl:2:2: quick_sync\.high_mbps is 2, ultra_mbps is 1\.5, /);
  refused('low_bitrate = 256', /low_bitrate is 256, medium_bitrate is 128, and it must be no more than that/);
  load('quick_sync {\n medium_bitrate = 256\n ultra_bitrate = 256\n}');
});

test('the place is the key that is written, not the one that has its default', () => {
  refused('enabled = true; high_mbps = 0.7', /^config\.hcl:3:2: quick_sync\.medium_mbps is 1, high_mbps is 0\.7/);
});

test('least, target and most must be in that order', () => {
  refused(
    'min_bitrate = 256; max_bitrate = 128',
    /^config\.hcl:2:2: quick_sync\.min_bitrate is 256, max_bitrate is 128, /,
  );
  refused('target_bitrate = 64; min_bitrate = 128', /:3:2: quick_sync\.min_bitrate is 128, target_bitrate is 64, /);
  refused('target_bitrate = 320; max_bitrate = 128', /:2:2: quick_sync\.target_bitrate is 320, max_bitrate is 128, /);
  refused('bandwidth_threshold_low = 1000', /bandwidth_threshold_high is 1000, and it must be below that/);
  refused('buffer_min_s = 6', /quick_sync\.buffer_min_s is 6, buffer_target_s is 5/);
  refused('buffer_target_s = 11', /quick_sync\.buffer_target_s is 11, buffer_max_s is 10/);
  refused('idle_cpu = 51', /quick_sync\.idle_cpu is 51, moderate_load_cpu is 50/);
  refused('high_load_memory = 60', /quick_sync\.moderate_load_memory is 70, high_load_memory is 60/);
});

test('a least above what the quality profile allows is refused', () => {
  refused(
    'quality_profile = "mobile_data"; min_bitrate = 256',
    /^config\.hcl:3:2: quick_sync\.min_bitrate is 256, quality_profile mobile_data allows 128 at most, lower min_bitrate or/,
  );
});

test('every contradiction is named, not only the first', () => {
  const errors = errorsOf('quick_sync {\n buffer_target_s = 20\n low_mbps = 3\n idle_memory = 90\n}');
  assert.is(errors.length, 3);
  assert.equal(
    errors.map((error) => /:(\d+):/.exec(error)?.[1]),
    ['2', '3', '4'],
  );
});

test('test_urls are web addresses, at most eight, and never repeated', () => {
  const expected =
    /^config\.hcl:2:2: quick_sync\.test_urls is not what it must be, it must be a list of at most 8 addresses that begin with http:\/\/ or https:\/\//;
  refused('test_urls = ["ftp://me:hunter2@a/"]', expected);
  refused('test_urls = "http://me:hunter2@a/"', /, write \[ \] around it$/);
  refused('test_urls = ["http://"]', expected);
  refused('test_urls = ["a.example/1MB"]', expected);
  refused(`test_urls = [${Array(9).fill('"http://a/"').join(', ')}]`, expected);
  for (const written of [
    '["ftp://me:hunter2@a/"]',
    '"http://me:hunter2@a/"',
    '["http://a/x", "http://me:hunter2@:bad/"]',
    '["http:hunter2"]',
    '[["http://hunter2@a/"]]',
    '{ hunter2 = 1 }',
  ]) {
    assert.not.match(errorsOf(`quick_sync { test_urls = ${written} }`).join('\n'), 'hunter2');
  }
  assert.not.match(errorsOf('', { PIPIT_QUICK_SYNC__TEST_URLS: 'ftp://me:hunter2@a/' }).join('\n'), 'hunter2');
});

test('what a quality profile caps, its line of documentation says', () => {
  const { doc } = QUICK_SYNC_KEYS.quality_profile;
  for (const profile of QUALITY_PROFILES) {
    const { maxKbps } = PROFILE_CAPS[profile];
    if (maxKbps !== Number.POSITIVE_INFINITY) assert.match(doc, `${profile} ${maxKbps}`);
  }
  for (const level of QUALITY_LEVELS) assert.ok(`${level}_bitrate` in QUICK_SYNC_KEYS);
});

test.run();
