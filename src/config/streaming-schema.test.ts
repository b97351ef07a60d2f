import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { load, onlyError } from './load-settings.testing.ts';

const test = suite('streaming schema');

function levelsOf(written: string): readonly number[] {
  return load(`streaming {\n quality_levels = ${written}\n min_quality = 5\n max_quality = 100\n}`).settings.streaming
    .qualityLevels;
}

test('streaming has its defaults, and fewer viewers on a Pi', () => {
  const expected = {
    enabled: true,
    enableOptimizer: true,
    cacheFrames: 3,
    cacheBytes: 24 * 1024 * 1024,
    qualityLevels: [90, 70, 50],
    adaptiveQuality: true,
    minQuality: 30,
    maxQuality: 95,
    targetKbps: 8000,
    maxViewers: 100,
    maxViewersPerAddress: 8,
  };
  assert.equal(load('').settings.streaming, expected);
  assert.equal(load('profile = "raspberry-pi"').settings.streaming, { ...expected, maxViewers: 24 });
});

test('every key of streaming and auth reaches the settings', () => {
  const { streaming, auth } = load(`
streaming {
  enabled                 = false
  enable_optimizer        = false
  cache_size              = 5
  cache_mb                = 1.5
  quality_levels          = [60, 80]
  adaptive_quality        = false
  min_quality             = 40
  max_quality             = 85
  target_bitrate          = 2000
  max_viewers             = 7
  max_viewers_per_address = 0
}
auth { password = "open sesame" }`).settings;
  assert.equal(streaming, {
    enabled: false,
    enableOptimizer: false,
    cacheFrames: 5,
    cacheBytes: 1.5 * 1024 * 1024,
    qualityLevels: [80, 60],
    adaptiveQuality: false,
    minQuality: 40,
    maxQuality: 85,
    targetKbps: 2000,
    maxViewers: 7,
    maxViewersPerAddress: 0,
  });
  assert.is(auth.password, 'open sesame');
  assert.is(load('').settings.auth.password, '');
});

test('levels are sorted highest first, in whatever order they are written', () => {
  assert.equal(levelsOf('[50, 90, 70]'), [90, 70, 50]);
  assert.equal(levelsOf('[100]'), [100]);
  assert.equal(levelsOf('[5, 6, 7, 8, 9, 10]'), [10, 9, 8, 7, 6, 5]);
});

test('levels that can not be say what is wrong with them and how they are written', () => {
  const error = (written: string, pattern: RegExp) => onlyError(`streaming { quality_levels = ${written} }`, pattern);
  error(
    '90',
    /^config\.hcl:1:13: streaming\.quality_levels is 90, it must be a list of 1 to 6 different whole numbers from 5 to 100, write \[ \] around it$/,
  );
  error('"90, 70"', /is "90, 70", .*, write \[90, 70\]$/);
  error('["90", 70]', /holds "90", .*, write \[90, 70\]$/);
  error('["90", ""]', /holds "90", .*, remove it to get \[90,70,50\]$/);
  error('[90, 120]', /holds 120, /);
  error('[90, 70.5]', /holds 70\.5, /);
  error('[4]', /holds 4, /);
  error('[90, 90]', /is \[90, 90\], .* different/);
  error('[90, 80, 70, 60, 50, 40, 30]', /is \[90, 80, 70, 60, 50, 40, 30\], /);
  error('[]', /is an empty list, /);
  error('[[90]]', /holds \[90\], /);
  error('{ a = 90 }', /is an object, /);
  error('true', /is true, /);
});

test('levels are written in a variable with commas or as in the file', () => {
  const levels = (written: string) =>
    load('', { PIPIT_STREAMING__QUALITY_LEVELS: written }).settings.streaming.qualityLevels;
  assert.equal(levels('80, 60'), [80, 60]);
  assert.equal(levels('[60, 80]'), [80, 60]);
  assert.equal(levels('75'), [75]);
  const error = (written: string, pattern: RegExp) =>
    onlyError('', pattern, { PIPIT_STREAMING__QUALITY_LEVELS: written });
  error('80,high', /^environment:PIPIT_STREAMING__QUALITY_LEVELS: streaming\.quality_levels holds "high"/);
  error('', /quality_levels holds ""/);
  error('[80', /is no list/);
});

test('min_quality lies below the levels and max_quality above them', () => {
  onlyError(
    'streaming { quality_levels = [90, 20] }',
    /^config\.hcl:1:13: streaming\.min_quality is 30, the lowest of quality_levels is 20, .*, set min_quality = 20$/,
  );
  onlyError(
    'streaming {\n min_quality = 51\n}',
    /^config\.hcl:2:2: streaming\.min_quality is 51, .* set min_quality = 50$/,
  );
  onlyError('streaming { max_quality = 89 }', /max_quality is 89, the highest of quality_levels is 90, .* = 90$/);
  load('streaming {\n min_quality = 50\n max_quality = 90\n}');
});

test('a key of streaming that is not known finds the nearest', () => {
  onlyError('streaming { quality_level = [90] }', /did you mean quality_levels\?$/);
  onlyError('streaming { bitrate = 8000 }', /did you mean target_bitrate\?$/);
  onlyError('auth { passwort = "x" }', /passwort is no key in auth, .*did you mean password\?$/);
  onlyError('auth { user = "x" }', /user is no key in auth, /);
});

test('the password is never repeated', () => {
  onlyError('auth { password = ["hunter2"] }', /^(?!.*hunter2).*auth\.password is not what it must be/);
});

test.run();
