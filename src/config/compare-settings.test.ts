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
