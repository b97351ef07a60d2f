import type { GpioSettings } from '../core/gpio-settings.ts';
import type { HistorySettings } from '../core/history-settings.ts';
import type { MqttSettings } from '../core/mqtt-settings.ts';
import type { BlockValues } from './schema.ts';
import type { AuthSettings } from './settings.ts';
import { milliseconds } from './to-milliseconds.ts';

const MIB = 1024 * 1024;

/** The settings that valid values of auth stand for. */
export function authOf(values: BlockValues['auth']): AuthSettings {
  return {
    password: values.password,
    listeners: values.listeners,
    sessionDays: values.session_days,
    allowedHosts: values.allowed_hosts.map((host) => host.toLowerCase()),
    trustedProxies: [...values.trusted_proxies],
  };
}

/** Of mqtt. */
export function mqttOf(values: BlockValues['mqtt']): MqttSettings {
  return {
    url: values.url,
    username: values.username,
    password: values.password,
    version: values.version,
    clientId: values.client_id,
    topicPrefix: values.topic_prefix,
    discovery: values.discovery,
    discoveryPrefix: values.discovery_prefix,
    commands: values.commands,
    intervalMs: milliseconds(values.interval_s),
    cameraIntervalMs: milliseconds(values.camera_interval_s),
    caFile: values.ca_file,
    verifyCertificate: values.verify_certificate,
    keepaliveSeconds: values.keepalive_s,
  };
}

/** Of history. */
export function historyOf(values: BlockValues['history']): HistorySettings {
  return {
    enabled: values.enabled,
    minuteDays: values.minute_days,
    hourDays: values.hour_days,
    sessionDays: values.session_days,
    eventDays: values.event_days,
    fullAddresses: values.full_addresses,
    maxBytes: values.max_mb * MIB,
  };
}

/** Of gpio. */
export function gpioOf(values: BlockValues['gpio']): GpioSettings {
  const pin = (number: number): number | undefined => (number < 0 ? undefined : number);
  return {
    boardLed: values.board_led,
    statusLed: pin(values.status_led),
    ledActiveLow: values.led_active_low,
    button: pin(values.button),
    buttonActiveLow: values.button_active_low,
    longPressMs: milliseconds(values.long_press_s),
    veryLongPressMs: milliseconds(values.very_long_press_s),
    input: pin(values.input),
    inputKind: values.input_kind,
    inputName: values.input_name,
    inputActiveLow: values.input_active_low,
    onAir: pin(values.on_air),
    onAirActiveLow: values.on_air_active_low,
    debounceMs: values.debounce_ms,
  };
}
