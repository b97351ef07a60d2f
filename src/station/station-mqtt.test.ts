// deadline: 60 s
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Settings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { MqttSettings } from '../core/mqtt-settings.ts';
import { StationEvents } from '../core/station-event.ts';
import type { StationSight } from '../core/station-sight.ts';
import { Broker, freePort, Onlooker } from '../telemetry/mqtt/broker.testing.ts';
import { RecordingControl, sightOf } from '../telemetry/mqtt/station-sight.testing.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { StationMqtt } from './station-mqtt.ts';

const test = suite('StationMqtt');

const BASE = 'pipit/b8d1f00d';
const DEVICE = 'homeassistant/device/pipit_b8d1f00d/config';
const MQTT: MqttSettings = {
  url: '',
  username: '',
  password: '',
  version: '5',
  clientId: '',
  topicPrefix: 'pipit',
  discovery: true,
  discoveryPrefix: 'homeassistant',
  commands: true,
  intervalMs: 10_000,
  cameraIntervalMs: 0,
  caFile: '',
  verifyCertificate: true,
  keepaliveSeconds: 30,
};

/** The part of the house, with a station that is made up. */
class Fixture implements AsyncDisposable {
  readonly clock = systemClock;
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly control = new RecordingControl();
  readonly events = new StationEvents({
    wallTime: () => new Date(),
    onFailure: (error) => assert.unreachable(String(error)),
  });
  readonly dir: string;
  readonly mqtt: StationMqtt;
  readonly told: string[] = [];
  seen: StationSight = sightOf();
  settings: Settings;
  pictures = 0;

  constructor(mqtt: Partial<MqttSettings>, dir = mkdtempSync(join(tmpdir(), 'pipit-mqtt-'))) {
    this.dir = dir;
    this.settings = this.#settingsWith({ ...MQTT, ...mqtt });
    this.events.listen(({ type }) => this.told.push(type));
    this.mqtt = new StationMqtt({
      ...this,
      random: () => 0.2,
      wallTime: () => new Date(),
      sight: () => this.seen,
      settings: () => this.settings,
      picture: async () => Buffer.from([0xff, 0xd8, ++this.pictures, 0xff, 0xd9]),
    });
  }

  static async started(mqtt: Partial<MqttSettings>, dir?: string): Promise<Fixture> {
    const fixture = new Fixture(mqtt, dir);
    await fixture.mqtt.start();
    return fixture;
  }

  configure(mqtt: Partial<MqttSettings>): void {
    this.settings = this.#settingsWith({ ...this.settings.mqtt, ...mqtt });
    this.mqtt.configure();
  }

  async up(): Promise<void> {
    await until('it is connected', () => this.mqtt.status().state === 'connected');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mqtt[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #settingsWith(mqtt: MqttSettings): Settings {
    const settings = {
      dataDir: this.dir,
      mqtt,
      auth: { listeners: 'open' },
      quickSync: { profile: 'none', targetKbps: 128 },
      mounts: [{ path: '/stream', source: 'mic', camera: undefined, fallback: [] }],
      cameras: [{ name: 'street' }],
    };
    return settings as unknown as Settings;
  }
}

for (const version of ['5', '3.1.1'] as const) {
  test(`each source and camera has topics of its own, and all is there for who comes later (${version})`, async () => {
    await using broker = await Broker.start();
    await using fixture = await Fixture.started({ url: broker.url, version });
    await fixture.up();
    await using onlooker = await Onlooker.start(broker.url);
    await until('all is told', () => onlooker.text(`${BASE}/availability`) === 'online' && onlooker.latest.has(DEVICE));
    const mic = onlooker.json(`${BASE}/source/mic/state`);
    const hall = onlooker.json(`${BASE}/source/hall/state`);
    assert.is(mic['name'], 'mic');
    assert.is(hall['name'], 'hall');
    assert.is.not(mic['level_rms_dbfs'], hall['level_rms_dbfs']);
    assert.type(onlooker.json(`${BASE}/state`)['cpu_used_ratio'], 'number');
    assert.is(onlooker.json(`${BASE}/camera/street/state`)['name'], 'street');
    // One goes away: the other is told as before.
    fixture.seen = { ...fixture.seen, figures: fixture.seen.figures.filter(({ subject }) => subject !== 'mic') };
    fixture.events.emit('source_lost', 'mic');
    await until('the change is told', () => onlooker.json(`${BASE}/source/mic/state`)['level_rms_dbfs'] === undefined);
    assert.equal(onlooker.json(`${BASE}/source/hall/state`), hall);
    assert.equal(onlooker.json(`${BASE}/event`)['event_type'], 'source_lost');
    assert.equal(onlooker.json(`${BASE}/event`)['subject'], 'mic');
    assert.is(onlooker.count(`${BASE}/source/hall/state`), 1);
    await fixture.mqtt[Symbol.asyncDispose]();
    await until('it says goodbye', () => onlooker.text(`${BASE}/availability`) === 'offline');
    assert.not.ok(fixture.log.messages('error').length, fixture.log.text);
  });
}

test('without a broker nothing is loaded; one that is named later is used, and left again', async () => {
  await using broker = await Broker.start();
  await using fixture = await Fixture.started({});
  assert.is(fixture.mqtt.status().state, 'off');
  fixture.configure({ url: broker.url });
  await fixture.up();
  await using onlooker = await Onlooker.start(broker.url);
  await until('the device is there', () => onlooker.latest.has(DEVICE));
  fixture.configure({ url: '' });
  await until('it is off', () => fixture.mqtt.status().state === 'off');
  // Who comes now finds nothing.
  await using later = await Onlooker.start(broker.url);
  await later.say('end', 'x');
  await until('all that is there has come', () => later.latest.has('end'));
  assert.equal([...later.latest.keys()], ['end']);
});

test('discovery that is switched off takes the device away; a component that goes is removed first', async () => {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  const dir = mkdtempSync(join(tmpdir(), 'pipit-mqtt-'));
  {
    const first = await Fixture.started({ url: broker.url }, dir);
    await first.up();
    await until('the device is there', () => onlooker.latest.has(DEVICE));
    await first.mqtt[Symbol.asyncDispose]();
  }
  assert.ok('source_hall_level_rms' in (onlooker.json(DEVICE)['cmps'] as object));
  // Started again without one of the sources: what is at the broker was written down.
  await using second = new Fixture({ url: broker.url }, dir);
  second.seen = sightOf({ sources: ['mic'] });
  await second.mqtt.start();
  await until('the source is gone', () => onlooker.text(`${BASE}/source/hall/state`) === '');
  await until('the component is gone', () => !('source_hall_level_rms' in (onlooker.json(DEVICE)['cmps'] as object)));
  // As Home Assistant documents it: named with its platform alone, then left out.
  const [removing, without] = onlooker
    .texts(DEVICE)
    .slice(-2)
    .map((text) => JSON.parse(text).cmps);
  assert.equal(removing.source_hall_level_rms, { p: 'sensor' });
  assert.equal(removing.source_hall_gain, { p: 'number' });
  assert.not('source_hall_gain' in without);
  await using later = await Onlooker.start(broker.url);
  await until('the rest is there', () => later.latest.has(`${BASE}/source/mic/state`) && later.latest.has(DEVICE));
  assert.not(later.latest.has(`${BASE}/source/hall/state`));
  second.configure({ discovery: false });
  await until('the device is gone', () => onlooker.text(DEVICE) === '');
  await second.up();
  second.configure({ topicPrefix: 'other' });
  await until('the old topics are gone', () => onlooker.text(`${BASE}/availability`) === '');
  await until('their state too', () => onlooker.text(`${BASE}/state`) === '');
  await until('the new ones are there', () => onlooker.text('other/b8d1f00d/availability') === 'online');
  await second.mqtt[Symbol.asyncDispose]();
  assert.ok(!readFileSync(join(dir, 'mqtt-retained.json'), 'utf8').includes('"pipit/'));
});

test('when Home Assistant starts, all is told again after a while', async () => {
  await using broker = await Broker.start();
  await using fixture = await Fixture.started({ url: broker.url });
  await fixture.up();
  await using onlooker = await Onlooker.start(broker.url);
  await until('the device is there', () => onlooker.latest.has(DEVICE) && onlooker.latest.has(`${BASE}/availability`));
  const before = onlooker.count(DEVICE);
  await onlooker.say('homeassistant/status', 'offline');
  await onlooker.say('homeassistant/status', 'online');
  await onlooker.say('homeassistant/status', 'online');
  await until('it is told again', () => onlooker.count(DEVICE) > before);
  await until('with its state', () => onlooker.count(`${BASE}/state`) > 1);
  assert.is(onlooker.count(DEVICE), before + 1);
});

test('commands are carried out and answered; retained ones and floods are refused', async () => {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  await onlooker.say(`${BASE}/reboot/set`, 'PRESS', true);
  await using fixture = await Fixture.started({ url: broker.url });
  await fixture.up();
  await until('the old one is refused', () => onlooker.latest.has(`${BASE}/result`));
  assert.match(String(onlooker.json(`${BASE}/result`)['error']), /retained/);
  await onlooker.say(`${BASE}/source/mic/gain_db/set`, '6');
  await until('it is done', () => onlooker.json(`${BASE}/result`)['ok'] === true);
  assert.equal(fixture.control.done, ['{"source.mic.gain_db":6}']);
  await Promise.all(Array.from({ length: 3_000 }, () => onlooker.say(`${BASE}/identify/set`, 'garbage')));
  await until('the flood is told', () => /too fast/.test(onlooker.text(`${BASE}/result`) ?? ''));
  assert.is(fixture.mqtt.status().state, 'connected');
  assert.is(fixture.control.done.length, 1);
});

test('a broker that goes and comes is told once each, and all is right again', async () => {
  await using broker = await Broker.start();
  await using fixture = await Fixture.started({ url: broker.url });
  await fixture.up();
  await broker.kill();
  await until('it is noticed', () => fixture.told.includes('broker_lost'));
  fixture.seen = sightOf({ stationName: 'Attic' });
  await new Promise((done) => setTimeout(done, 2_000));
  await broker.startAgain();
  const backMs = performance.now();
  await using onlooker = await Onlooker.start(broker.url);
  await until('all is told', () => onlooker.text(`${BASE}/availability`) === 'online');
  assert.ok(performance.now() - backMs < 5_000);
  assert.is(onlooker.json(`${BASE}/settings`)['station_name'], 'Attic');
  await until('it came back', () => fixture.told.includes('broker_back'));
  assert.equal(fixture.told, ['broker_lost', 'broker_back']);
});

test('pictures come at their interval and when something is heard, and a mute takes them back', async () => {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  await using fixture = await Fixture.started({ url: broker.url, cameraIntervalMs: 200 });
  await until('several came', () => onlooker.count(`${BASE}/camera/street/picture`) > 2);
  assert.not(onlooker.latest.has(`${BASE}/camera/street/sound_picture`));
  fixture.events.emit('sound', 'mic');
  await until('one of the sound came', () => onlooker.latest.has(`${BASE}/camera/street/sound_picture`));
  fixture.seen = sightOf({ muted: { camera: true, microphone: false } });
  fixture.events.emit('muted');
  await new Promise((done) => setTimeout(done, 300));
  const { length } = onlooker.order;
  await onlooker.say('homeassistant/status', 'online');
  await until('all was told again', () => onlooker.order.lastIndexOf(`${BASE}/state`) > length);
  await new Promise((done) => setTimeout(done, 300));
  assert.not(onlooker.order.slice(length).some((topic) => topic.endsWith('picture')));
  // None of them stays at the broker.
  await using later = await Onlooker.start(broker.url);
  await until('all came', () => later.latest.has(`${BASE}/availability`));
  assert.not([...later.latest.keys()].some((topic) => topic.endsWith('picture')));
});

test('a test says in plain words what the broker answers', async () => {
  await using broker = await Broker.start({ user: { name: 'pipit', password: 'right' } });
  await using fixture = await Fixture.started({});
  assert.is(
    (await fixture.mqtt.test({ url: broker.url, username: 'pipit', password: 'wrong' }))?.code,
    'mqtt.credentials',
  );
  assert.is(await fixture.mqtt.test({ url: broker.url, username: 'pipit', password: 'right' }), undefined);
  assert.is((await fixture.mqtt.test({ url: `mqtt://127.0.0.1:${await freePort()}` }))?.code, 'mqtt.nobody-there');
  assert.is((await fixture.mqtt.test({ url: 'http://x' }))?.code, 'mqtt.url');
  assert.is((await fixture.mqtt.test({}))?.code, 'mqtt.url');
  assert.is((await fixture.mqtt.test({ url: 'mqtts://x', ca_file: '/nowhere' }))?.code, 'mqtt.ca-file');
});

test.run();
