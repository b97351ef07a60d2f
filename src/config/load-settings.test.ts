import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../core/errors.ts';
import { rungNamed } from '../core/rung.ts';
import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { formatDiagnostic, InvalidConfig } from './diagnostic.ts';
import { accept, type Key, type KeyValue } from './key.ts';
import { LATER_BLOCKS } from './later-blocks.ts';
import { errorsOf, load, onlyError } from './load-settings.testing.ts';
import { loadSettings } from './load-settings.ts';
import { PROFILE_NAMES, PROFILES } from './profiles.ts';
import { BLOCKS } from './schema.ts';
import { SOURCE_TYPE_KEYS } from './source-schema.ts';

const test = suite('load settings');

test('an empty file is a microphone at /stream, with the demo behind it', () => {
  const { settings, diagnostics } = load('');
  assert.equal(diagnostics, []);
  assert.is(settings.profile, 'home-server');
  assert.is(settings.dataDir, '/etc/pipit/data');
  assert.equal(settings.mounts, [{ path: '/stream', source: 'mic', camera: undefined, fallback: ['demo'] }]);
  assert.equal(
    settings.sources.map(({ name, settings: source, builtIn }) => [name, source, builtIn]),
    [
      ['mic', { type: 'alsa', device: 'auto', mixer: 'preset' }, false],
      ['demo', { type: 'demo' }, true],
    ],
  );
  assert.equal(settings.sources[0]?.meter, { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 0.3 });
  assert.equal(settings.server, {
    host: '::',
    listenPort: 8001,
    sourcePort: 8000,
    sourcePassword: '',
    tls: 'off',
    tlsPort: 8443,
    tlsCertificate: '',
    tlsKey: '',
  });
  assert.is(settings.buffer.sizeBytes, 20 * 1024 * 1024);
  assert.is(settings.broadcaster.sleepHighMs, 0.5);
  assert.is(settings.encoder.defaultRung, rungNamed('mp3@128'));
});

test('settings are frozen all through', () => {
  const { settings } = load('source "x" {\n type = "exec"\n command = ["a"]\n}\n');
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(walk);
  };
  walk(settings);
});

test('each profile sets its numbers, and a key beside it wins', () => {
  const expected: Record<string, readonly number[]> = {
    'raspberry-pi': [50, 32_768, 1, 5, 10, 1000],
    'home-server': [20, 16_384, 0.5, 1, 2, 500],
    'many-listeners': [30, 32_768, 0.1, 0.5, 1, 750],
    'low-latency': [5, 4096, 0.1, 0.5, 1, 100],
    playlist: [100, 65_536, 1, 5, 10, 2000],
  };
  for (const profile of PROFILE_NAMES) {
    const { buffer, broadcaster: b } = load(`profile = "${profile}"`).settings;
    const pauses = [b.sleepHighMs, b.sleepMediumMs, b.sleepLowMs];
    const numbers = [buffer.sizeBytes / 1024 / 1024, b.chunkSizeBytes, ...pauses, b.maxChunkDelayMs];
    assert.equal(numbers, expected[profile], profile);
  }
  assert.is(load('profile = "many-listeners"').settings.advanced.maxListeners, 500);
  const { buffer, broadcaster } = load('profile = "low-latency"\nbuffer { size_mb = 7.5 }').settings;
  assert.is(buffer.sizeBytes, 7.5 * 1024 * 1024);
  assert.is(broadcaster.chunkSizeBytes, 4096);
});

test('every profile sets what the schema leaves to profiles, within its range, and nothing else', () => {
  for (const profile of PROFILE_NAMES) {
    const open = Object.entries({ ...BLOCKS, camera: CAMERA_KEYS }).flatMap(([block, keys]) =>
      Object.entries<Key>(keys).flatMap(([name, { fallback, required }]) =>
        fallback === undefined && !required ? [`${block}.${name}`] : [],
      ),
    );
    assert.equal(Object.keys(PROFILES[profile]).sort(), open.sort(), profile);
    const text = Object.entries(PROFILES[profile]).map(([name, value]) => {
      const [block, key] = name.split('.');
      return [block ?? '', `${key} = ${JSON.stringify(value)}`] as const;
    });
    const blocks = Map.groupBy(text, ([block]) => block);
    const start = (block: string) => (block === 'camera' ? 'camera "x" {\ntype = "test"\n' : `${block} {\n`);
    load(
      [...blocks]
        .map(([block, lines]) => `${start(block)}${lines.map(([, line]) => `${line}\n`).join('')}}\n`)
        .join(''),
    );
  }
});

test('relative paths start at the directory of the file, wherever they come from', () => {
  const text =
    'source "a" {\n type = "file"\n path = "../x.ogg"\n}\nsource "b" { type = "playlist" }\nplaylist { directory = "m" }\nmount "/s" {\n source = "a"\n fallback = ["b"]\n}';
  const { settings } = load(text, { PIPIT_DATA_DIR: 'here' });
  assert.is(settings.dataDir, '/etc/pipit/here');
  assert.is(settings.playlist.directory, '/etc/pipit/m');
  const [a, b] = settings.sources.map((source) => source.settings);
  assert.equal(a, { type: 'file', path: '/etc/x.ogg', loop: true });
  assert.is(b?.type === 'playlist' && b.directory, '/etc/pipit/m');
});

test('a playlist source takes what the block playlist says, unless it says otherwise', () => {
  const text =
    'playlist {\n shuffle = true\n extensions = [".MP3"]\n}\nsource "a" {\n type = "playlist"\n directory = "/a"\n}\n';
  const [a] = load(text).settings.sources;
  assert.equal(a?.settings, { type: 'playlist', directory: '/a', shuffle: true, extensions: ['.mp3'] });
});

test('null is as if the line were not there', () => {
  assert.is(load('buffer { size_mb = null }').settings.buffer.sizeBytes, 20 * 1024 * 1024);
  onlyError('source "a" { type = null }', /^config\.hcl:1:1: source "a" has no type, it must be one of /);
});

test('an unknown key is an error with its place and the nearest name', () => {
  onlyError(
    'server {\n  lisen_port = 1\n}',
    /^config\.hcl:2:3: lisen_port is no key in server, .*, did you mean listen_port\?$/,
  );
  onlyError('data_dri = "x"', /^config\.hcl:1:1: data_dri is no key, .*did you mean data_dir\?$/);
  onlyError('sever {}', /^config\.hcl:1:1: sever is no block, .*did you mean server\?$/);
  onlyError('mount "/s" {\n sorce = "mic"\n}', /sorce is no key in mount "\/s", .*did you mean source\?$/);
});

test('a key in the wrong block, or of another type of source, says where it belongs', () => {
  onlyError('server { size_mb = 5 }', /^config\.hcl:1:10: size_mb is no key in server, it belongs to block buffer/);
  onlyError('listen_port = 5', /it belongs to block server/);
  onlyError('server { data_dir = "x" }', /it belongs to the top level/);
  onlyError(
    'source "a" {\n type = "alsa"\n path = "x"\n}',
    /^config\.hcl:3:2: path is no key in source "a", it belongs to type = "file"/,
  );
});

test('a block where a value must be, and a value where a block must be, are told apart', () => {
  onlyError('server = {}', /^config\.hcl:1:1: server is set with =, it is a block/);
  onlyError('profile {}', /^config\.hcl:1:1: profile is written as a block, it is a value/);
  onlyError('server {\n mount "/x" {}\n}', /^config\.hcl:2:2: mount is a block inside server/);
});

test('names that are missing, too many or there twice are errors', () => {
  onlyError('source { type = "test" }', /^config\.hcl:1:1: source stands with 0 names/);
  onlyError('server "x" {}', /^config\.hcl:1:8: server stands with 1 names, it has no name/);
  onlyError('server {}\nserver {}', /^config\.hcl:2:1: server is there twice, line 1 has it already/);
  onlyError(
    'source "a" { type = "test" }\nsource "a" { type = "demo" }',
    /^config\.hcl:2:1: source "a" is there twice/,
  );
  onlyError('source "a b" { type = "test" }', /^config\.hcl:1:1: "a b" is no name for a source/);
});

test('a wrong type or a value out of range says what it must be and what to do', () => {
  onlyError(
    'buffer { size_mb = 1001 }',
    /^config\.hcl:1:10: buffer\.size_mb is 1001, it must be a number from 1 to 1000 MiB, set size_mb = 1000$/,
  );
  onlyError('buffer { size_mb = "5" }', /is "5", .*, remove the quotes$/);
  onlyError('buffer { size_mb = [5] }', /buffer\.size_mb is a list, /);
  onlyError('buffer { size_mb = true }', /buffer\.size_mb is true, .*remove it to get 20$/);
  onlyError('metadata { enable_icy = "true" }', /remove the quotes$/);
  onlyError('metadata { station_name = 5 }', /write it in quotes$/);
  onlyError(
    'metadata { station_name = "a\\r\\nb: c" }',
    /metadata\.station_name is "a\\r\\nb: c", it must be text on one line/,
  );
  onlyError('playlist { extensions = ".mp3" }', /write \[ \] around it$/);
  onlyError('encoder { default_rung = "mp3@129" }', /did you mean "mp3@128"\?$/);
  onlyError('source "a" {\n type = "alsa"\n device = "default"\n}', /device of source "a" is "default".*arecord/);
});

test('every number is refused just outside of its range and taken at both ends', () => {
  for (const [block, keys] of Object.entries(BLOCKS)) {
    for (const [name, key] of Object.entries(keys)) {
      if (key.range === undefined) continue;
      const [least, most] = key.range;
      for (const value of [least - 1e-6, most + 1e-3, most + 1, -1e300, 1e300]) {
        onlyError(`${block} { ${name} = ${value} }`, new RegExp(`^config\\.hcl:1:\\d+: ${block}\\.${name} is `));
      }
      if (block === 'quick_sync') {
        // Many of its keys must rise from one to the next: only their ranges are looked at here.
        for (const value of [least, most]) assert.is(accept<KeyValue>(key, value), value, name);
        continue;
      }
      // What belongs together is set together, so that only the range is looked at.
      const companion =
        {
          burst_seconds: 'max_burst_seconds = 300',
          max_burst_seconds: 'burst_seconds = 0',
          min_quality: 'quality_levels = [100]\n max_quality = 100',
          max_quality: 'quality_levels = [5]\n min_quality = 5',
        }[name] ?? '';
      for (const value of [least, most]) load(`${block} {\n ${name} = ${value}\n ${companion}\n}`);
    }
  }
});

test('a secret is never repeated, whatever is wrong with it', () => {
  for (const value of ['["hunter2"]', '"hunter2\\n"', `"hunter2${'x'.repeat(300)}"`, '{ hunter2 = 1 }']) {
    assert.not.match(errorsOf(`server { source_password = ${value} }`).join('\n'), 'hunter2');
  }
  const url = errorsOf('source "a" {\n type = "url"\n url = "ftp://me:hunter2@host/"\n}');
  assert.match(url[0] ?? '', /url of source "a" is not what it must be, it must be a URL that begins with http/);
  assert.not.match(url.join('\n'), 'hunter2');
  assert.not.match(errorsOf('', { PIPIT_SERVER__SOURCE_PASSWORD: 'hunter2\n' }).join('\n'), 'hunter2');
});

test('mounts name their sources, and unknown ones find the nearest', () => {
  const declared = 'source "kitchen" { type = "test" }\nsource "garden" { type = "demo" }\n';
  const { settings } = load(
    `${declared}mount "/a" {\n source = "kitchen"\n fallback = ["garden", "silence", "test"]\n}`,
  );
  assert.equal(settings.mounts, [
    { path: '/a', source: 'kitchen', camera: undefined, fallback: ['garden', 'silence', 'test'] },
  ]);
  assert.equal(
    settings.sources.map(({ name }) => name),
    ['kitchen', 'garden', 'silence', 'test'],
  );
  onlyError(
    `${declared}mount "/a" { source = "kichen" }`,
    /^config\.hcl:3:14: "kichen" is no source, .*did you mean "kitchen"\?$/,
  );
  onlyError(
    `${declared}mount "/a" {\n source = "garden"\n fallback = ["slience"]\n}`,
    /^config\.hcl:5:2: "slience" is no source, .*did you mean "silence"\?$/,
  );
  onlyError(`${declared}mount "/a" {}`, /^config\.hcl:3:1: mount "\/a" names no source, there are 2/);
});

test('a declared source comes before a built-in one of the same name', () => {
  const { settings } = load(
    'source "test" {\n type = "test"\n frequency_hz = 1000\n}\nmount "/a" { fallback = ["test", "silence"] }',
  );
  assert.equal(settings.mounts, [{ path: '/a', source: 'test', camera: undefined, fallback: ['silence'] }]);
  assert.equal(settings.sources[0]?.settings, { type: 'test', frequencyHz: 1000, levelDb: -20 });
});

test('a source that feeds no mount, and a fallback that is named again, are warnings', () => {
  const text =
    'source "a" { type = "test" }\nsource "b" { type = "test" }\nmount "/s" {\n source = "a"\n fallback = ["a", "silence", "silence"]\n}';
  const { settings, diagnostics } = load(text);
  assert.equal(settings.mounts[0]?.fallback, ['silence']);
  assert.equal(
    diagnostics.map(({ line, severity }) => [line, severity]),
    [
      [2, 'warning'],
      [5, 'warning'],
      [5, 'warning'],
    ],
  );
});

test('without a mount block server.mount_point names the only mount, and is checked like one', () => {
  const { settings } = load('server { mount_point = "/radio" }\nsource "a" { type = "test" }');
  assert.equal(settings.mounts, [{ path: '/radio', source: 'a', camera: undefined, fallback: ['silence'] }]);
  onlyError(
    'server { mount_point = "/api" }',
    /^config\.hcl:1:10: listeners can't have a mount at "\/api", \/api belongs to Pipit/,
  );
});

test('reserved paths are refused as mounts', () => {
  onlyError('mount "/camera/x" {}', /^config\.hcl:1:1: listeners can't have a mount at "\/camera\/x"/);
  onlyError('mount "/stream.mp3" {}', /how listeners ask a mount for a format/);
});

test('blocks of later versions are accepted with a notice, whatever is in them', () => {
  for (const [name, labels] of Object.entries(LATER_BLOCKS)) {
    const { diagnostics } = load(`\n${name} ${labels === 1 ? '"x"' : ''} {\n any = "thing"\n even {}\n}\n`);
    assert.is(diagnostics.length, 1, name);
    const [notice] = diagnostics;
    assert.is(notice?.severity, 'notice');
    assert.match(notice === undefined ? '' : formatDiagnostic(notice), `:2:1: notice: block ${name}`);
  }
  onlyError('mqtt "x" {}', /mqtt stands with 1 names/);
});

test('what each key allows alone and two do not allow together is an error', () => {
  onlyError('server { listen_port = 8000 }', /server\.listen_port and server\.source_port are both 8000/);
  load('server {\n listen_port = 0\n source_port = 0\n}');
  onlyError('broadcaster { burst_seconds = 30.0 }\nbroadcaster { }', /broadcaster is there twice/);
  onlyError('broadcaster {\n max_burst_seconds = 1\n}', /broadcaster\.burst_seconds is 2, max_burst_seconds allows 1/);
});

test('every key of every type of source reaches the settings', () => {
  const written = `
source "exec" {
  type = "exec"
  command = ["arecord", "-D", "default"]
  format = "s24le"
  sample_rate = 44100
  channels = 1
  silence_db = -60
  silence_seconds = 5
  sound_db = -20
  sound_seconds = 1
}
source "file" {
  type = "file"
  path = "/x.flac"
  loop = false
}
source "url" {
  type = "url"
  url = "rtsp://me:pw@cam/1"
}
source "client" { type = "client" }
mount "/s" {
  source = "exec"
  fallback = ["file", "url", "client"]
}`;
  const [exec, ...rest] = load(written).settings.sources;
  const command = ['arecord', '-D', 'default'];
  assert.equal(exec?.settings, { type: 'exec', command, format: 's24le', sampleRate: 44_100, channels: 1 });
  assert.equal(exec?.meter, { silenceDb: -60, silenceSeconds: 5, soundDb: -20, soundSeconds: 1 });
  assert.equal(
    rest.map(({ settings }) => settings),
    [
      { type: 'file', path: '/x.flac', loop: false },
      { type: 'url', url: 'rtsp://me:pw@cam/1' },
      { type: 'client', contentType: '' },
    ],
  );
});

test('networks are addresses with a prefix that fits', () => {
  const good = '["192.168.1.0/24", "fd00::/8", "10.0.0.1", "::1"]';
  assert.is(load(`advanced { exempt_networks = ${good} }`).settings.advanced.exemptNetworks.length, 4);
  for (const bad of ['192.168.1.0/33', '192.168.1/24', 'fd00::/129', 'host/8', '1.2.3.4/', '1.2.3.4/8/8', '']) {
    onlyError(`advanced { exempt_networks = ["${bad}"] }`, /it must be a list of networks/);
  }
});

test('a syntax error is reported without what would follow from it', () => {
  onlyError('server {\n host = localhost\n}\nbuffer { size_mb = 5000 }', /^config\.hcl:2:9: this word is no value/);
});

test('a file that is missing, no file, too large or no text is an error about the file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-config-'));
  const loadFile = (file: string): string => {
    try {
      loadSettings({ file, env: {}, profileDefault: 'home-server' });
      return 'loaded';
    } catch (error) {
      assert.instance(error, ConfigError);
      return (error as ConfigError).message;
    }
  };
  try {
    const file = join(directory, 'config.hcl');
    assert.match(loadFile(file), `${file}: it can not be read, it does not exist`);
    assert.match(loadFile(directory), 'it is no file');
    writeFileSync(file, 'metadata { station_name = "Straße 😀" }\n');
    assert.is(loadFile(file), 'loaded');
    writeFileSync(file, Buffer.from([0x61, 0xff, 0xfe]));
    assert.match(loadFile(file), 'it is no UTF-8 text');
    truncateSync(file, 1024 * 1024 + 1);
    assert.match(loadFile(file), 'it is too large');
  } finally {
    rmSync(directory, { recursive: true });
  }
  assert.throws(() => load(' '.repeat(1024 * 1024 + 1)), /too large/);
});

test('the error names the first flaw and counts the others', () => {
  try {
    load('a = 1\nb = 2\n');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, InvalidConfig);
    assert.is((error as InvalidConfig).code, 'config.invalid');
    assert.match((error as InvalidConfig).message, /config\.hcl:1:1: a is no key, .* \(and 1 more\)$/);
  }
});

test('whatever stands in a file, it loads or is refused with diagnostics', () => {
  const words = [
    ...Object.keys(BLOCKS),
    'source',
    'mount',
    'camera',
    'profile',
    'data_dir',
    'type',
    '__proto__',
    'constructor',
    'toString',
  ];
  const blocks = [BLOCKS, SOURCE_TYPE_KEYS, { common: CAMERA_KEYS }, CAMERA_TYPE_KEYS].flatMap(Object.values);
  const keys = blocks.flatMap((block) => Object.keys(block));
  const value = fc.constantFrom(
    '1',
    '-5',
    '1e9',
    '0.5',
    '"x"',
    '"auto"',
    '"mp3@128"',
    '"/stream"',
    '""',
    'true',
    'null',
    '[]',
    '["demo"]',
    '{}',
    '[1]',
    '[90, 20]',
    '["0,0,50,50"]',
    '"v4l2"',
    '"__proto__"',
  );
  const label = fc.constantFrom('', '"mic"', '"/stream"', '"/"', '"__proto__"', '"constructor"', '""', 'x y');
  const name = fc.constantFrom(...words, ...keys);
  const line = fc.tuple(name, value).map((parts) => parts.join(' = '));
  const block = fc
    .tuple(name, label, fc.array(line, { maxLength: 3 }))
    .map(([type, labels, lines]) => `${type} ${labels} {\n${lines.join('\n')}\n}`);
  let loaded = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(line, block), { maxLength: 5 }), (parts) => {
      try {
        load(parts.join('\n'));
        loaded++;
      } catch (error) {
        assert.instance(error, InvalidConfig);
        assert.ok((error as InvalidConfig).diagnostics.some(({ severity }) => severity === 'error'));
      }
    }),
    { seed: 5, numRuns: 2000, includeErrorInReport: true },
  );
  assert.ok(loaded > 50, `${loaded} loaded`);
});

test.run();
