import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostic, InvalidConfig } from './diagnostic.ts';
import type { Environment } from './environment.ts';
import { type LoadedSettings, loadSettings } from './load-settings.ts';

const test = suite('environment');

const FILE =
  'source "living-room" { type = "alsa" }\nmount "/stream" { source = "living-room" }\nbuffer { size_mb = 10 }\n';

function load(env: Environment, text = FILE): LoadedSettings {
  return loadSettings({ file: '/etc/pipit/config.hcl', text, env, profileDefault: 'home-server' });
}

function errorOf(env: Environment, text?: string): string {
  try {
    load(env, text);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.diagnostics.map(formatDiagnostic).join('\n');
  }
  return assert.unreachable('accepted') as never;
}

test('a variable wins over the file, and the file over the profile', () => {
  const { settings } = load({ PIPIT_BUFFER__SIZE_MB: '50', PIPIT_PROFILE: 'low-latency' });
  assert.is(settings.buffer.sizeBytes, 50 * 1024 * 1024);
  assert.is(settings.broadcaster.chunkSizeBytes, 4096);
});

test('values are read as their key is written', () => {
  const { settings } = load({
    PIPIT_SERVER__LISTEN_PORT: ' 18001 ',
    PIPIT_BROADCASTER__SLEEP_LOW: '5e-3',
    PIPIT_METADATA__STATION_NAME: '123',
    PIPIT_METADATA__ENABLE_ICY: 'off',
    PIPIT_ADVANCED__VERBOSE_LOGGING: 'TRUE',
    PIPIT_SERVER__SOURCE_PASSWORD: ' with blanks ',
  });
  assert.is(settings.server.listenPort, 18_001);
  assert.is(settings.broadcaster.sleepLowMs, 5);
  assert.is(settings.metadata.stationName, '123');
  assert.is(settings.metadata.enableIcy, false);
  assert.is(settings.advanced.verboseLogging, true);
  assert.is(settings.server.sourcePassword, ' with blanks ');
});

test('lists are written with commas, or as in the file', () => {
  const extensions = (written: string) => load({ PIPIT_PLAYLIST__EXTENSIONS: written }).settings.playlist.extensions;
  assert.equal(extensions('.mp3, .ogg'), ['.mp3', '.ogg']);
  assert.equal(extensions('[".mp3", ".ogg"]'), ['.mp3', '.ogg']);
  assert.match(errorOf({ PIPIT_PLAYLIST__EXTENSIONS: '[".mp3"' }), /^environment:PIPIT_PLAYLIST__EXTENSIONS: /);
  assert.match(errorOf({ PIPIT_PLAYLIST__EXTENSIONS: '[".mp3"] x' }), 'is no list');
});

test('sources and mounts go by their names, and what is no letter or digit is an underscore', () => {
  const { settings } = load({
    PIPIT_SOURCE__LIVING_ROOM__DEVICE: 'hw:1,0',
    PIPIT_MOUNT__STREAM__FALLBACK: 'demo,silence',
  });
  assert.equal(settings.sources[0]?.settings, { type: 'alsa', device: 'hw:1,0', mixer: 'preset' });
  assert.equal(settings.mounts[0]?.fallback, ['demo', 'silence']);
});

test('the microphone of a file without sources has its name too', () => {
  const env = { PIPIT_SOURCE__MIC__TYPE: 'test', PIPIT_SOURCE__MIC__FREQUENCY_HZ: '1000' };
  assert.equal(load(env, '').settings.sources[0]?.settings, { type: 'test', frequencyHz: 1000, levelDb: -20 });
});

test('a key that the type of the source does not have is an error at the variable', () => {
  assert.match(
    errorOf({ PIPIT_SOURCE__LIVING_ROOM__PATH: '/x' }),
    /^environment:PIPIT_SOURCE__LIVING_ROOM__PATH: path is no key/,
  );
});

test('a wrong value is an error at the variable, without a line', () => {
  assert.match(
    errorOf({ PIPIT_BUFFER__SIZE_MB: '5 MB' }),
    /^environment:PIPIT_BUFFER__SIZE_MB: buffer\.size_mb is "5 MB", it must be a number from 1/,
  );
  assert.match(errorOf({ PIPIT_BUFFER__SIZE_MB: '' }), /buffer\.size_mb is ""/);
  assert.match(errorOf({ PIPIT_PROFILE: 'pi' }), /^environment:PIPIT_PROFILE: profile is "pi"/);
});

test('a variable that leads nowhere is an error with the nearest one', () => {
  assert.match(
    errorOf({ PIPIT_BUFER__SIZE_MB: '5' }),
    /^environment:PIPIT_BUFER__SIZE_MB: .*did you mean PIPIT_BUFFER__SIZE_MB\?$/,
  );
  assert.match(errorOf({ PIPIT_SOURCE__KITCHEN__DEVICE: 'auto' }), /sets nothing/);
  assert.match(errorOf({ PIPIT_SERVER__HOST__X: 'a' }), /sets nothing/);
});

test('variables of others, and of blocks that come later, do no harm', () => {
  const { diagnostics } = load({
    PIPIT_HOME: '/x',
    PATH: '/bin',
    PIPIT_EDGE__URL: 'http://x',
    SIZE__X: '1',
    PIPIT_X: undefined,
  });
  assert.equal(
    diagnostics.map(({ severity, file }) => [severity, file]),
    [['notice', 'environment:PIPIT_EDGE__URL']],
  );
});

test.run();
