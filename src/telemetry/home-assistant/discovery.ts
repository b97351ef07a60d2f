import { EVENT_TYPES } from '../../core/station-event.ts';
import type { StationSight } from '../../core/station-sight.ts';
import type { StationChoices } from '../mqtt/station-messages.ts';
import { type StationTopics, topicName } from '../mqtt/topics.ts';
import {
  CAMERA_ENTITIES,
  CAMERAS_ENTITIES,
  type Component,
  type EntitySpec,
  MOUNT_ENTITIES,
  SETTING_ENTITIES,
  SOURCE_ENTITIES,
  STATION_ENTITIES,
  select,
} from './entities.ts';

/** What Home Assistant is told of a station, under the abbreviated names that it documents. */
export interface DeviceDiscovery {
  readonly dev: Readonly<Record<string, string | readonly string[]>>;
  readonly o: Readonly<Record<string, string>>;
  readonly avty: readonly object[];
  readonly avty_mode: 'all';
  readonly cmps: Readonly<Record<string, Component>>;
}

export interface DiscoveryOptions {
  /** Commands are taken: without them there is nothing to press. */
  readonly commands: boolean;
  /** Pictures are told. */
  readonly pictures: boolean;
}

/** Platforms that are of no use without commands. */
const COMMANDING = new Set(['button', 'number', 'select', 'switch', 'text']);

/** The station as one device with all its entities. Ids are made from the board, so that they survive a new card. */
export function discoveryOf(
  sight: StationSight,
  choices: StationChoices,
  topics: StationTopics,
  options: DiscoveryOptions,
): DeviceDiscovery {
  const { deviceId, stationName, model, version, pageUrl } = sight;
  const components = new Components(deviceId);
  const available = { t: topics.availability };
  const command = (path: string): string => topics.command(path);

  components.add('', '', STATION_ENTITIES, { state: topics.state, command });
  components.add('', '', SETTING_ENTITIES, { state: topics.settings, command });
  if (sight.cameras.length > 0) components.add('', '', CAMERAS_ENTITIES, { state: topics.settings, command });
  const profiles = select('quality_profile', 'Quality', 'quality_profile', choices.qualityProfiles, CONFIG_CATEGORY);
  const update = choices.update !== undefined && options.commands ? INSTALLABLE_UPDATE : UPDATE;
  components.add('', '', [profiles, EVENT, update], {
    state: topics.settings,
    command,
    event: topics.event,
    update: topics.update,
  });

  const declared = sight.sources.filter(({ builtIn }) => !builtIn).map(({ name }) => name);
  for (const { name, builtIn } of sight.sources) {
    if (builtIn) continue;
    const id = topicName(name);
    components.add(`source_${id}_`, `${name} `, SOURCE_ENTITIES, {
      state: topics.source(name),
      command: (what) => topics.command(`source/${id}/${what}`),
    });
  }
  for (const { name } of sight.cameras) {
    const id = topicName(name);
    components.add(`camera_${id}_`, `${name} `, CAMERA_ENTITIES, {
      state: topics.camera(name),
      command: (what) => topics.command(`camera/${id}/${what}`),
    });
    if (!options.pictures) continue;
    // Muted, it has no picture to show, not even an old one.
    const unmuted = {
      t: topics.camera(name),
      val_tpl: "{{ 'offline' if value_json.muted == 1 else 'online' }}",
    };
    const shown = { avty: [available, unmuted], avty_mode: 'all' };
    components.put(`camera_${id}_picture`, `${name}`, { p: 'camera', t: topics.picture(name), ...shown });
    const sound = { p: 'image', img_t: topics.soundPicture(name), cont_type: 'image/jpeg', ...shown };
    components.put(`camera_${id}_sound_picture`, `${name} at the last sound`, sound);
  }
  for (const { path } of sight.mounts) {
    const id = topicName(path);
    // With one mount, nobody needs its name.
    const name = sight.mounts.length === 1 ? '' : `${path} `;
    const chooser = declared.length > 1 ? [select('source', 'source', 'source', declared, CONFIG_CATEGORY)] : [];
    components.add(`mount_${id}_`, name, [...MOUNT_ENTITIES, ...chooser], {
      state: topics.mount(path),
      command: (what) => topics.command(`mount/${id}/${what}`),
    });
  }
  return {
    dev: {
      ids: [`pipit_${deviceId}`],
      name: stationName,
      mf: 'Pipit',
      ...(model === '' ? {} : { mdl: model }),
      sw: version,
      sn: deviceId,
      ...(pageUrl === '' ? {} : { cu: pageUrl }),
    },
    o: { name: 'Pipit', sw: version },
    avty: [available],
    avty_mode: 'all',
    cmps: components.known(options.commands),
  };
}

const CONFIG_CATEGORY = { ent_cat: 'config' };

interface Topics {
  readonly state: string;
  readonly command: (name: string) => string;
  readonly event?: string;
  readonly update?: string;
}

const EVENT = {
  id: 'event',
  name: 'Event',
  component: ({ event = '' }: Topics) => ({ p: 'event', stat_t: event, evt_typ: EVENT_TYPES, ic: 'mdi:bell-ring' }),
};

const UPDATE = {
  id: 'update',
  name: 'Version',
  component: ({ update = '' }: Topics) => ({
    p: 'update',
    stat_t: update,
    dev_cla: 'firmware',
    tit: 'Pipit',
    ent_cat: 'diagnostic',
  }),
};

/** Where the system updates itself as a whole. */
const INSTALLABLE_UPDATE: EntitySpec = {
  ...UPDATE,
  component: (topics: Topics) => ({
    ...UPDATE.component(topics),
    cmd_t: topics.command('install_update'),
    pl_inst: 'PRESS',
  }),
};

class Components {
  readonly #deviceId: string;
  readonly #known: Record<string, Component> = {};

  constructor(deviceId: string) {
    this.#deviceId = deviceId;
  }

  add(idPrefix: string, namePrefix: string, specs: readonly EntitySpec[], topics: Topics): void {
    for (const { id, name, component } of specs) this.put(idPrefix + id, namePrefix + name, component(topics));
  }

  put(id: string, name: string, component: Component): void {
    const shown = name.slice(0, 1).toUpperCase() + name.slice(1);
    this.#known[id] = { ...component, name: shown, uniq_id: `pipit_${this.#deviceId}_${id}` };
  }

  known(withCommands: boolean): Readonly<Record<string, Component>> {
    if (withCommands) return this.#known;
    return Object.fromEntries(Object.entries(this.#known).filter(([, { p }]) => !COMMANDING.has(p)));
  }
}
