import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../mqtt/commands.ts';
import { stationMessages } from '../mqtt/station-messages.ts';
import { CHOICES, RecordingControl, sightOf } from '../mqtt/station-sight.testing.ts';
import { StationTopics } from '../mqtt/topics.ts';
import { type DeviceDiscovery, discoveryOf } from './discovery.ts';
import {
  ABBREVIATIONS,
  CLASS_STATES,
  CLASS_UNITS,
  DEVICE_ABBREVIATIONS,
  DISCOVERY_TOPIC,
  ENTITY_CATEGORIES,
  ENTITY_KEYS,
  ID,
  MAX_STATE_LENGTH,
  ORIGIN_ABBREVIATIONS,
  PLATFORMS,
  READ_ONLY,
  SHARED_KEYS,
  STATE_CLASSES,
} from './discovery-rules.testing.ts';
import { rendered, UNKNOWN } from './template.testing.ts';

const test = suite('discovery');

const TOPICS = new StationTopics({ topicPrefix: 'pipit', discoveryPrefix: 'homeassistant' }, 'b8d1f00d');
const SIGHT = sightOf({ sources: ['mic', 'Küche am Hof'] });
const ALL = { commands: true, pictures: true };

type Keys = Readonly<Record<string, unknown>>;

/** With full names, as Home Assistant sees it: a key that it does not document fails. */
function expanded(given: object, abbreviations: Readonly<Record<string, string>>, known: readonly string[]): Keys {
  const entries = Object.entries(given).map(([key, value]) => {
    const name = abbreviations[key] ?? key;
    assert.ok(known.includes(name), `Home Assistant knows no ${key}`);
    return [name, value] as const;
  });
  assert.is(new Set(entries.map(([name]) => name)).size, entries.length, 'a key stands twice');
  return Object.fromEntries(entries);
}

function componentsOf(discovery: DeviceDiscovery): [string, Keys][] {
  return Object.entries(discovery.cmps).map(([id, component]) => {
    const platform = PLATFORMS[component.p];
    assert.ok(platform !== undefined, `no platform ${component.p}`);
    const keys = expanded(component, ABBREVIATIONS, [...ENTITY_KEYS, ...platform.required, ...platform.optional]);
    for (const key of platform.required) assert.ok(keys[key] !== undefined, `${id} lacks ${key}`);
    return [id, keys];
  });
}

const whole = discoveryOf(SIGHT, CHOICES, TOPICS, ALL);

test('the message has the keys that Home Assistant documents, and goes where it looks', () => {
  const keys = expanded(whole, ABBREVIATIONS, ['device', 'origin', 'components', ...SHARED_KEYS]);
  const device = expanded(whole.dev, DEVICE_ABBREVIATIONS, Object.values(DEVICE_ABBREVIATIONS));
  assert.ok((device['identifiers'] as string[]).length > 0);
  assert.match(String(device['configuration_url']), /^http:\/\//);
  const origin = expanded(whole.o, ORIGIN_ABBREVIATIONS, Object.values(ORIGIN_ABBREVIATIONS));
  assert.is(origin['name'], 'Pipit');
  assert.equal(keys['availability'], [{ t: 'pipit/b8d1f00d/availability' }]);
  assert.is(keys['availability_mode'], 'all');
  assert.match(TOPICS.discovery.replace('homeassistant/', ''), DISCOVERY_TOPIC);
});

test('the update installs where the system updates itself as a whole, and commands are taken', () => {
  const update = { isBusy: false, percent: undefined, install: () => true };
  const entityOf = (choices: typeof CHOICES, commands: boolean) =>
    componentsOf(discoveryOf(SIGHT, choices, TOPICS, { ...ALL, commands })).find(([id]) => id === 'update')?.[1];
  const installing = entityOf({ ...CHOICES, update }, true);
  assert.equal(
    [installing?.['command_topic'], installing?.['payload_install']],
    ['pipit/b8d1f00d/install_update/set', 'PRESS'],
  );
  for (const other of [entityOf(CHOICES, true), entityOf({ ...CHOICES, update }, false)]) {
    assert.is(other?.['command_topic'], undefined);
  }
  const told = stationMessages(
    SIGHT,
    { ...CHOICES, update: { ...update, isBusy: true, percent: 40 } },
    TOPICS,
    () => false,
  );
  const state = JSON.parse(told.get(TOPICS.update) ?? '{}') as Keys;
  assert.equal([state['in_progress'], state['update_percentage']], [true, 40]);
});

test('each component has an id, a unique id and a name of its own', () => {
  const ids = Object.keys(whole.cmps);
  for (const id of ids) assert.match(id, ID);
  const keys = componentsOf(whole).map(([, each]) => each);
  for (const { unique_id: unique } of keys) assert.match(String(unique), /^pipit_b8d1f00d_[a-zA-Z0-9_-]+$/);
  assert.is(new Set(keys.map(({ unique_id: unique }) => unique)).size, ids.length);
  assert.is(new Set(keys.map(({ name, platform }) => `${platform} ${name}`)).size, ids.length);
});

test('classes, units, state classes and categories are those that Home Assistant allows', () => {
  for (const [id, keys] of componentsOf(whole)) {
    const platform = String(keys['platform']);
    const deviceClass = keys['device_class'] as string | undefined;
    const unit = keys['unit_of_measurement'] as string | undefined;
    const stateClass = keys['state_class'] as string | undefined;
    if (deviceClass !== undefined) {
      assert.ok(PLATFORMS[platform]?.classes?.includes(deviceClass), `${id}: ${platform} has no class ${deviceClass}`);
      if (platform === 'sensor' || platform === 'number') {
        assert.ok(CLASS_UNITS[deviceClass]?.includes(unit ?? '-'), `${id}: ${deviceClass} is not told in ${unit}`);
      }
    }
    if (stateClass !== undefined) {
      assert.ok(STATE_CLASSES.includes(stateClass), id);
      if (deviceClass !== undefined) assert.ok(CLASS_STATES[deviceClass]?.includes(stateClass), `${id}: ${stateClass}`);
    }
    const category = keys['entity_category'] as string | undefined;
    if (category === undefined) continue;
    assert.ok(ENTITY_CATEGORIES.includes(category), id);
    if (READ_ONLY.includes(platform)) assert.is.not(category, 'config', id);
  }
});

test('what the platforms check besides', () => {
  for (const [id, keys] of componentsOf(whole)) {
    const platform = keys['platform'];
    if (platform === 'number') {
      assert.ok((keys['min'] as number) < (keys['max'] as number), id);
      assert.ok(Number(keys['step']) >= 0.001 && ['auto', 'box', 'slider'].includes(String(keys['mode'])), id);
    }
    if (platform === 'text')
      assert.ok(Number(keys['min'] ?? 0) <= Number(keys['max']) && Number(keys['max']) <= MAX_STATE_LENGTH);
    if (platform === 'image') assert.is([keys['image_topic'], keys['url_topic']].filter(Boolean).length, 1, id);
    if (platform === 'select') assert.ok((keys['options'] as string[]).length > 0, id);
    if (keys['icon'] !== undefined) assert.match(String(keys['icon']), /^mdi:[a-z0-9-]+$/);
    for (const [key, value] of Object.entries(keys)) {
      if (key.endsWith('topic')) assert.match(String(value), /^pipit\/b8d1f00d\/[A-Za-z0-9_/-]+$/, `${id} ${key}`);
    }
    for (const each of (keys['availability'] ?? []) as object[]) {
      expanded(each, ABBREVIATIONS, ['topic', 'payload_available', 'payload_not_available', 'value_template']);
    }
  }
});

test('each entity reads something that is really told where it listens', () => {
  const messages = stationMessages(SIGHT, CHOICES, TOPICS, () => false);
  let count = 0;
  for (const [id, keys] of componentsOf(whole)) {
    const template = keys['value_template'] as string | undefined;
    if (template === undefined) continue;
    const message = messages.get(String(keys['state_topic']));
    assert.ok(message !== undefined, `${id}: nothing is told at ${keys['state_topic']}`);
    const value = rendered(template, message);
    assert.is.not(value, UNKNOWN, `${id}: ${template}`);
    count += 1;
    if (keys['platform'] === 'select') assert.ok((keys['options'] as string[]).includes(value), `${id}: ${value}`);
    if (keys['platform'] === 'number') assert.ok(Number.isFinite(Number(value)), `${id}: ${value}`);
  }
  assert.ok(count >= 35, String(count));
});

test('what is not known is unknown, and nothing is invented', () => {
  const bare = stationMessages({ ...SIGHT, figures: [] }, CHOICES, TOPICS, () => false);
  for (const [id, keys] of componentsOf(whole)) {
    if (keys['platform'] !== 'sensor') continue;
    const value = rendered(String(keys['value_template']), bare.get(String(keys['state_topic'])) as string);
    assert.is(value, UNKNOWN, id);
  }
});

test('every command that is offered is understood', async () => {
  for (const [id, keys] of componentsOf(whole)) {
    const topic = keys['command_topic'] as string | undefined;
    if (topic === undefined) continue;
    const path = TOPICS.commandOf(topic) as string;
    const payloads =
      { switch: ['ON', 'OFF'], button: [keys['payload_press']], number: [keys['min'], keys['max']], text: ['a'] }[
        String(keys['platform'])
      ] ?? (keys['options'] as string[]);
    for (const payload of payloads) {
      const control = new RecordingControl();
      await runCommand(path, String(payload), { control, sight: () => SIGHT, choices: () => CHOICES });
      assert.is(control.done.length, 1, `${id} ${payload}`);
    }
  }
});

test('without commands there is nothing to press, without pictures no camera, and a mute takes pictures away', () => {
  const platforms = (options: typeof ALL) => {
    const { cmps } = discoveryOf(SIGHT, CHOICES, TOPICS, options);
    return new Set(Object.values(cmps).map(({ p }) => p));
  };
  assert.equal([...platforms(ALL)].sort(), Object.keys(PLATFORMS).sort());
  assert.equal([...platforms({ ...ALL, commands: false })].sort(), [
    'binary_sensor',
    'camera',
    'event',
    'image',
    'sensor',
    'update',
  ]);
  assert.not(platforms({ ...ALL, pictures: false }).has('camera'));
  const { avty } = whole.cmps['camera_street_picture'] as unknown as { avty: { t: string; val_tpl: string }[] };
  const muted = avty[1];
  const told = stationMessages({ ...SIGHT, muted: { camera: true, microphone: false } }, CHOICES, TOPICS, () => false);
  assert.is(rendered(muted?.val_tpl ?? '', told.get(muted?.t ?? '') ?? ''), 'offline');
});

test('it stays short enough for any broker', () => {
  assert.ok(JSON.stringify(whole).length < 48 * 1024, String(JSON.stringify(whole).length));
});

test.run();
