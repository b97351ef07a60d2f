import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareSettings } from './compare-settings.ts';
import { type LoadedSettings, loadSettings } from './load-settings.ts';

const test = suite('compare settings');

function load(text: string): LoadedSettings {
  return loadSettings({ file: '/etc/pipit/config.hcl', text, env: {}, profileDefault: 'home-server' });
}

test('equal files change nothing, however they are written', () => {
  const { live, restart } = compareSettings(load('buffer { size_mb = 20 }'), load('# nothing\n'));
  assert.equal([live, restart], [[], []]);
});

test('changes are sorted by what can change while Pipit runs', () => {
  const next = load(`
data_dir = "/other"
server {
  host            = "127.0.0.1"
  listen_port     = 18001
  source_password = "new"
}
buffer { size_mb = 30 }
broadcaster { chunk_size = 4096 }
metadata { station_name = "New" }
encoder { channels = 1 }
advanced { max_listeners = 7 }
source "mic" {
  type   = "alsa"
  device = "hw:1,0"
}
mount "/stream" { fallback = ["test"] }
`);
  const { live, restart } = compareSettings(load(''), next);
  assert.equal([...live].sort(), [
    'advanced.max_listeners',
    'broadcaster.chunk_size',
    'buffer.size_mb',
    'metadata.station_name',
    'server.source_password',
  ]);
  for (const name of [
    'data_dir',
    'server.host',
    'server.listen_port',
    'encoder.channels',
    'source.mic.device',
    'mount./stream.fallback',
  ]) {
    assert.ok(restart.includes(name), `${name} is not in ${restart.join(' ')}`);
  }
});

test('a profile changes what it sets', () => {
  const { live, restart } = compareSettings(load(''), load('profile = "low-latency"'));
  assert.ok(live.includes('profile') && live.includes('buffer.size_mb') && live.includes('broadcaster.sleep_low'));
  assert.equal(restart, ['camera.camera.fps']);
  const cheaper = compareSettings(load(''), load('profile = "raspberry-pi"')).restart;
  assert.equal(cheaper, ['encoder.mp3_quality', 'encoder.opus_complexity']);
});

test('what runs on has the live changes and nothing else, until Pipit starts again', () => {
  const old = load('');
  const next = load('server { listen_port = 9 }\nmetadata { station_name = "New" }\nmount "/other" {}\n');
  const { running } = compareSettings(old, next);
  assert.is(running.settings.server.listenPort, 8001);
  assert.is(running.settings.metadata.stationName, 'New');
  assert.equal(running.settings.mounts, old.settings.mounts);
  const again = compareSettings(running, next);
  assert.equal(again.live, []);
  assert.ok(again.restart.includes('server.listen_port') && again.restart.includes('mount./other.source'));
});

test('cameras wait for a restart, and how their pictures leave does not', () => {
  const camera = (lines: string) => `camera "door" {\n type = "test"\n ${lines}\n}\n`;
  const old = load(camera('fps = 10'));
  const next = load(
    `${camera('fps = 20')}streaming {\n enabled = false\n quality_levels = [60, 80]\n target_bitrate = 500\n}\nauth { password = "new" }`,
  );
  const { live, restart, running } = compareSettings(old, next);
  assert.equal(live, ['streaming.quality_levels', 'streaming.target_bitrate', 'auth.password']);
  assert.equal(restart, ['streaming.enabled', 'camera.door.fps']);
  assert.equal(running.settings.cameras, old.settings.cameras);
  assert.equal(running.settings.streaming.qualityLevels, [80, 60]);
  assert.is(running.settings.auth.password, 'new');
  assert.ok(compareSettings(load(''), old).restart.includes('camera.door.type'));
});

test('how the sound of a source is treated and judged changes while it runs, where it comes from does not', () => {
  const old = load(
    'source "mic" {\n type = "alsa"\n gain_db = 3\n}\nsource "tone" { type = "test" }\nmount "/stream" {\n source = "mic"\n fallback = ["tone"]\n}\n',
  );
  const next = load(
    'source "mic" {\n type = "alsa"\n device = "hw:1,0"\n gain_db = 6\n use_channels = "left"\n high_pass_hz = 80\n auto_gain = true\n silence_db = -60\n sound_db = -20\n silence_seconds = 3\n}\nsource "tone" { type = "test" }\nmount "/stream" {\n source = "mic"\n fallback = ["tone"]\n}\n',
  );
  const { live, restart, running } = compareSettings(old, next);
  const keys = ['silence_db', 'sound_db', 'gain_db', 'use_channels', 'high_pass_hz', 'auto_gain'];
  assert.equal(
    live,
    keys.map((key) => `source.mic.${key}`),
  );
  assert.equal(restart, ['source.mic.silence_seconds', 'source.mic.device']);
  const [mic, tone] = running.settings.sources;
  assert.equal(mic?.treatment, { gainDb: 6, useChannels: 'left', highPassHz: 80, autoGain: true });
  assert.equal(mic?.meter, { silenceDb: -60, silenceSeconds: 10, soundDb: -20, soundSeconds: 0.3 });
  assert.equal(mic?.settings, { type: 'alsa', device: 'auto', mixer: 'preset' });
  assert.equal(tone, old.settings.sources[1]);
  assert.equal(compareSettings(running, next).live, []);
});

test('a source of another type is another source: nothing of it is live', () => {
  const old = load('source "mic" {\n type = "alsa"\n gain_db = 3\n}\n');
  const { live, restart, running } = compareSettings(old, load('source "mic" {\n type = "test"\n gain_db = 6\n}\n'));
  assert.equal(live, []);
  assert.ok(restart.includes('source.mic.gain_db') && restart.includes('source.mic.type'));
  assert.is(running.settings.sources[0]?.treatment.gainDb, 3);
});

test('the same levels in another order are no change', () => {
  const levels = (written: string) => load(`streaming { quality_levels = ${written} }`);
  const { live, restart } = compareSettings(levels('[90, 60]'), levels('[60, 90]'));
  assert.equal([live, restart], [[], []]);
});

test('a source that comes or goes needs a restart', () => {
  const one = load('source "a" { type = "test" }');
  const other = load('source "b" { type = "demo" }');
  const { live, restart } = compareSettings(one, other);
  assert.equal(live, []);
  assert.ok(restart.includes('source.a.frequency_hz') && restart.includes('source.b.type'));
});

test.run();
