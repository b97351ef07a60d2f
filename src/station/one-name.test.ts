// deadline: 60 s
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { FIGURES } from '../core/figures.ts';
import { Broker, Onlooker } from '../telemetry/mqtt/broker.testing.ts';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

const test = suite('one name for each figure');

const PREFIX = 'pipit_';

/** What a page is told at `/api/live`, by name and subject. */
async function liveFigures(program: Program, isAll: (names: readonly string[]) => boolean): Promise<readonly string[]> {
  const socket = new WebSocket(program.url('/api/live').replace('http', 'ws'));
  try {
    let names: readonly string[] = [];
    socket.on('message', (data) => {
      const { topic, data: figures } = JSON.parse(String(data));
      if (topic === 'figures') names = Object.keys(figures);
    });
    await once(socket, 'open');
    socket.send('{"watch":["figures"]}');
    await until('all figures are told', () => isAll(names), 30_000);
    return names;
  } finally {
    socket.terminate();
  }
}

/** Names of samples in `/metrics` that are Pipit's own, without what they all begin with. */
async function metricNames(program: Program): Promise<readonly string[]> {
  const text = await (await fetch(program.url('/metrics'))).text();
  const names = [...text.matchAll(/^([a-z_:][a-z0-9_:]*)(?:\{.*\})? [-+\d.eInfNa]+$/gm)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)))];
}

/** Keys in the retained states of the station, its sources and cameras. */
function mqttNames(onlooker: Onlooker): readonly string[] {
  const states = [...onlooker.latest.keys()].filter((topic) => topic.startsWith('pipit/') && topic.endsWith('/state'));
  return [...new Set(states.flatMap((topic) => Object.keys(onlooker.json(topic))))];
}

/** Names of the figures in the database. */
function keptNames(program: Program): readonly string[] {
  const database = new DatabaseSync(join(program.dir, 'data', 'pipit.db'), { readOnly: true });
  try {
    return database
      .prepare('SELECT DISTINCT name FROM figure')
      .all()
      .map((row) => String(row['name']));
  } finally {
    database.close();
  }
}

function missing(wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.filter((name) => !there.includes(name));
}

test('the live socket, Prometheus, MQTT and the history call every figure by the same name', async () => {
  await using broker = await Broker.start();
  await using onlooker = await Onlooker.start(broker.url);
  await using program = await Program.start(`
    data_dir = "./data"
    source "tone" { type = "test" }
    camera "street" { type = "test" }
    mount "/stream" { source = "tone" }
    mqtt {
      url = "${broker.url}"
      interval_s = 1
    }`);
  await fetch(program.url('/camera.jpg'));
  const live = await liveFigures(program, (names) => names.includes('level_rms_dbfs') && names.includes('cache_bytes'));
  assert.ok(live.length > 30, `${live.length}`);
  const metrics = await metricNames(program);
  assert.equal(missing(live, metrics), [], 'not in /metrics');
  const figures = metrics.filter((name) => Object.hasOwn(FIGURES, name));
  assert.equal(missing(figures, live), [], 'only in /metrics');
  await until('MQTT has told them', () => missing(live, mqttNames(onlooker)).length === 0, 20_000).catch(() => {});
  assert.equal(missing(live, mqttNames(onlooker)), [], 'not on MQTT');
  // Figures are gathered every five seconds, and the minute under way is kept when the program stops.
  const { uptime_seconds } = await program.status();
  await program.statusWhere('all are gathered', (status) => status.uptime_seconds > uptime_seconds + 5);
  const atLast = await metricNames(program);
  await program.stop();
  const kept = keptNames(program);
  assert.equal(missing(live, kept), [], 'not in the history');
  assert.equal(
    kept.filter((name) => !Object.hasOwn(FIGURES, name) && !atLast.includes(name)),
    [],
    'only in the history',
  );
});

test.run();
