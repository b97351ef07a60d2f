import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rendered } from '../src/telemetry/home-assistant/template.testing.ts';
import { Broker, freePort, Onlooker } from '../src/telemetry/mqtt/broker.testing.ts';
import { until } from '../src/testkit/until.ts';
import { pause, startStation } from './station-process.ts';

/*
 * What Home Assistant gets: starts mosquitto and the real program, listens as Home Assistant would, and prints every
 * entity with the value that it shows, the topics that it uses, and what a command does.
 *
 *   node bench/home-assistant.ts [seconds]          default 15
 *
 * Needs mosquitto. Values of figures that this machine does not tell, of Wi-Fi or of heat, are unknown.
 */

type Component = Readonly<Record<string, unknown>> & { readonly p: string; readonly name: string };

const CONFIG = (port: number) => `
source "mic" {
  type = "demo"
}
source "doorbell" {
  type = "test"
}
camera "street" {
  type = "test"
}
mount "/stream" {
  source = "mic"
  camera = "street"
}
mqtt {
  url               = "mqtt://127.0.0.1:${port}"
  interval_s        = 2
  camera_interval_s = 3
}
`;

const seconds = Number(process.argv[2] ?? 15);
const dir = mkdtempSync(join(tmpdir(), 'pipit-home-assistant-'));
try {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  const startedMs = performance.now();
  await using station = await startStation(dir, await freePort(), CONFIG(broker.port));
  const configTopic = () =>
    [...onlooker.latest.keys()].find((topic) => /^homeassistant\/device\/.+\/config$/.test(topic));
  await until('the device is announced', () => configTopic() !== undefined, 60_000);
  console.log(`announced ${Math.round(performance.now() - startedMs)} ms after the start of process ${station.pid}`);
  await pause(seconds * 1000);
  const { dev, o, avty, cmps } = JSON.parse(onlooker.text(configTopic() as string) as string);
  console.log(`device ${JSON.stringify(dev)}\norigin ${JSON.stringify(o)}\navailability ${JSON.stringify(avty)}`);
  for (const { t } of avty) console.log(`  ${t}: ${onlooker.text(t)}`);
  console.log('');
  const components = Object.entries(cmps as Record<string, Component>);
  for (const platform of [...new Set(components.map(([, { p }]) => p))]) {
    const group = components.filter(([, { p }]) => p === platform);
    console.log(`${platform} (${group.length})`);
    for (const [id, component] of group)
      console.log(`  ${id.padEnd(34)} ${component.name.padEnd(30)} ${shown(component, onlooker)}`);
  }
  await command(onlooker, components);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** What Home Assistant would show of it. */
function shown({ p, stat_t, val_tpl, unit_of_meas = '', pl_on, ...more }: Component, onlooker: Onlooker): string {
  const picture = (more['t'] ?? more['img_t']) as string | undefined;
  if (picture !== undefined) {
    const bytes = onlooker.latest.get(picture)?.length;
    return bytes === undefined ? 'no picture yet' : `${bytes} bytes of JPEG`;
  }
  if (stat_t === undefined) return 'can be pressed';
  const message = onlooker.text(stat_t as string);
  if (message === undefined) return 'nothing told';
  if (p === 'event') return String(JSON.parse(message).event_type);
  if (val_tpl === undefined) return message;
  const value = rendered(val_tpl as string, message);
  if (value === 'None') return 'unknown';
  if (p === 'binary_sensor') return value === pl_on ? 'on' : 'off';
  if (p === 'switch') return value === more['stat_on'] ? 'on' : 'off';
  return `${value} ${unit_of_meas}`;
}

/** Turns a knob, as somebody would in Home Assistant. */
async function command(onlooker: Onlooker, components: readonly [string, Component][]): Promise<void> {
  const gain = components.find(([id]) => id === 'source_mic_gain')?.[1];
  if (gain === undefined) throw new Error('the source has no gain');
  const sentMs = performance.now();
  await onlooker.say(gain['cmd_t'] as string, '-6');
  await until('the gain has changed', () => onlooker.json(gain['stat_t'] as string)['gain_db'] === -6);
  const result = [...onlooker.latest.keys()].find((topic) => topic.endsWith('/result')) as string;
  console.log(
    `\n${gain['cmd_t']} -6 → ${onlooker.text(result)}, shown after ${Math.round(performance.now() - sentMs)} ms`,
  );
}
