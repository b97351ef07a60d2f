/**
 * How Home Assistant is to show something, under the names of its MQTT discovery; see
 * https://www.home-assistant.io/integrations/mqtt/ and the page of each platform there.
 */
export type Component = Readonly<Record<string, string | number | boolean | readonly string[] | object>> & {
  /** Its platform. */
  readonly p: string;
};

/** Where an entity's values come from and where its commands go. */
export interface EntityTopics {
  readonly state: string;
  /** Topic of the command of that name. */
  readonly command: (name: string) => string;
}

/** One entity of a station, a source, a camera or a mount. */
export interface EntitySpec {
  /** Unchanged for ever: users' dashboards depend on it. */
  readonly id: string;
  /** Behind the name of the device, and of the source, camera or mount. */
  readonly name: string;
  readonly component: (topics: EntityTopics) => Component;
}

/** Where something is shown. */
const DIAGNOSTIC = { ent_cat: 'diagnostic' } as const;
const CONFIG = { ent_cat: 'config' } as const;

/** Of the whole station. */
export const STATION_ENTITIES: readonly EntitySpec[] = [
  sensor('listeners', 'Listeners', value('listeners'), { ic: 'mdi:account-voice', stat_cla: 'measurement' }),
  sensor('viewers', 'Viewers', value('viewers'), { ic: 'mdi:account-eye', stat_cla: 'measurement' }),
  sensor('bitrate_out', 'Bitrate out', times('sent_bytes_per_second', 0.008, 1), {
    dev_cla: 'data_rate',
    unit_of_meas: 'kbit/s',
    stat_cla: 'measurement',
  }),
  sensor('ring', 'Buffered past', times('ring_seconds', 1, 0), seconds()),
  sensor('cpu', 'Processor load', times('cpu_used_ratio', 100, 1), percent('mdi:chip')),
  sensor('temperature', 'Processor temperature', times('temperature_celsius', 1, 1), {
    dev_cla: 'temperature',
    unit_of_meas: '°C',
    stat_cla: 'measurement',
    ...DIAGNOSTIC,
  }),
  sensor('memory', 'Memory used', times('memory_used_ratio', 100, 1), percent('mdi:memory')),
  sensor('disk', 'Disk used', times('disk_used_ratio', 100, 1), percent('mdi:sd')),
  sensor('wifi_signal', 'Wi-Fi signal', value('wifi_signal_dbm'), {
    dev_cla: 'signal_strength',
    unit_of_meas: 'dBm',
    stat_cla: 'measurement',
    ...DIAGNOSTIC,
  }),
  sensor('uptime', 'Uptime', times('uptime_seconds', 1, 0), seconds()),
  sensor('xruns', 'Xruns', value('capture_xruns_total'), {
    ic: 'mdi:alert-decagram',
    stat_cla: 'total_increasing',
    ...DIAGNOSTIC,
  }),
  binary('listener_present', 'Listener present', '{{ 1 if value_json.listeners | default(0) > 0 else 0 }}', {
    dev_cla: 'occupancy',
  }),
  binary('throttled', 'Throttled', value('throttled'), { dev_cla: 'problem', ...DIAGNOSTIC }),
  binary('under_voltage', 'Under-voltage', value('under_voltage'), { dev_cla: 'problem', ...DIAGNOSTIC }),
  button('identify', 'Identify', { dev_cla: 'identify', ...CONFIG }),
  button('reboot', 'Reboot', { dev_cla: 'restart', ...CONFIG }),
];

/** Of the whole station: what can be set, out of the topic of settings. */
export const SETTING_ENTITIES: readonly EntitySpec[] = [
  onOff('capture', 'Capture', 'mdi:microphone', {}),
  onOff('public_access', 'Public access', 'mdi:earth', CONFIG),
  {
    id: 'target_bitrate',
    name: 'Target bitrate',
    component: ({ state, command }) => ({
      p: 'number',
      stat_t: state,
      val_tpl: value('target_bitrate'),
      cmd_t: command('target_bitrate'),
      min: 0,
      max: 320,
      step: 64,
      mode: 'slider',
      dev_cla: 'data_rate',
      unit_of_meas: 'kbit/s',
      ...CONFIG,
    }),
  },
  text('station_name', 'Station name', 'station_name', { ...CONFIG, min: 1 }),
];

/** Where there is a camera. */
export const CAMERAS_ENTITIES: readonly EntitySpec[] = [onOff('cameras', 'Cameras', 'mdi:video', {})];

/** Of each source. */
export const SOURCE_ENTITIES: readonly EntitySpec[] = [
  sensor('level_rms', 'level', value('level_rms_dbfs'), decibels()),
  sensor('level_peak', 'peak', value('level_peak_dbfs'), decibels()),
  binary('connected', 'connected', value('source_connected'), { dev_cla: 'connectivity', ...DIAGNOSTIC }),
  binary('sound', 'sound', value('sound_detected'), { dev_cla: 'sound' }),
  binary('silence', 'silence', value('silent'), { ic: 'mdi:volume-off' }),
  binary('clipping', 'clipping', value('clipping'), { dev_cla: 'problem', ...DIAGNOSTIC }),
  number('gain', 'gain', 'gain_db', { min: -40, max: 40, step: 0.5, unit_of_meas: 'dB', ic: 'mdi:knob' }),
  number('sound_threshold', 'sound threshold', 'sound_db', {
    min: -120,
    max: 0,
    step: 1,
    unit_of_meas: 'dBFS',
    ic: 'mdi:waveform',
  }),
  button('restart', 'restart', { dev_cla: 'restart', ...CONFIG }),
];

/** Of each camera. */
export const CAMERA_ENTITIES: readonly EntitySpec[] = [
  binary('connected', 'connected', value('camera_connected'), { dev_cla: 'connectivity', ...DIAGNOSTIC }),
  button('restart', 'restart', { dev_cla: 'restart', ...CONFIG }),
];

/** Of each mount. */
export const MOUNT_ENTITIES: readonly EntitySpec[] = [
  text('now_playing', 'now playing', 'now_playing', { ic: 'mdi:music-note' }),
  button('save_clip', 'save the last minute', { ic: 'mdi:content-save' }),
];

/** A select of what is told under `key`. */
export function select(
  id: string,
  name: string,
  key: string,
  options: readonly string[],
  more: Readonly<Record<string, string>> = {},
): EntitySpec {
  const spec = { p: 'select', val_tpl: `{{ value_json.${key} | default('none') }}`, ops: options, ...more };
  return { id, name, component: ({ state, command }) => ({ ...spec, stat_t: state, cmd_t: command(key) }) };
}

function sensor(id: string, name: string, template: string, more: Readonly<Record<string, string>>): EntitySpec {
  return { id, name, component: ({ state }) => ({ p: 'sensor', stat_t: state, val_tpl: template, ...more }) };
}

function binary(id: string, name: string, template: string, more: Readonly<Record<string, string>>): EntitySpec {
  const payloads = { pl_on: '1', pl_off: '0' };
  const spec = { p: 'binary_sensor', val_tpl: template, ...payloads, ...more };
  return { id, name, component: ({ state }) => ({ ...spec, stat_t: state }) };
}

function onOff(id: string, name: string, icon: string, more: Readonly<Record<string, string>>): EntitySpec {
  const spec = { p: 'switch', val_tpl: value(id), stat_on: '1', stat_off: '0', pl_on: 'ON', pl_off: 'OFF', ic: icon };
  return { id, name, component: ({ state, command }) => ({ ...spec, ...more, stat_t: state, cmd_t: command(id) }) };
}

function number(id: string, name: string, key: string, more: Readonly<Record<string, string | number>>): EntitySpec {
  const spec = { p: 'number', val_tpl: value(key), mode: 'box', ...CONFIG, ...more };
  return { id, name, component: ({ state, command }) => ({ ...spec, stat_t: state, cmd_t: command(key) }) };
}

function button(id: string, name: string, more: Readonly<Record<string, string>>): EntitySpec {
  return { id, name, component: ({ command }) => ({ p: 'button', cmd_t: command(id), pl_prs: 'PRESS', ...more }) };
}

function text(id: string, name: string, key: string, more: Readonly<Record<string, string | number>>): EntitySpec {
  const spec = { p: 'text', val_tpl: `{{ value_json.${key} | default('') }}`, max: 200, ...more };
  return { id, name, component: ({ state, command }) => ({ ...spec, stat_t: state, cmd_t: command(key) }) };
}

/** What is not told is unknown: Home Assistant reads `None` so. */
function value(key: string): string {
  return `{{ value_json.${key} | default(none) }}`;
}

function times(key: string, factor: number, digits: number): string {
  const scaled = factor === 1 ? `value_json.${key}` : `(value_json.${key} * ${factor})`;
  return `{{ ${scaled} | round(${digits}) if value_json.${key} is number else none }}`;
}

function percent(icon: string) {
  return { unit_of_meas: '%', stat_cla: 'measurement', ic: icon, ...DIAGNOSTIC };
}

function seconds() {
  return { dev_cla: 'duration', unit_of_meas: 's', stat_cla: 'measurement', ...DIAGNOSTIC };
}

function decibels() {
  return { unit_of_meas: 'dBFS', stat_cla: 'measurement', ic: 'mdi:waveform' };
}
