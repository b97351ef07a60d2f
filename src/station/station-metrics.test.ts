// deadline: 60 s
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FIGURES } from '../core/figures.ts';
import { Program } from '../testkit/program.ts';

const test = suite('station-metrics');

/** Names that were given from outside, with what conventions they break, as promtool says it; [] where they break none. */
const GIVEN: Readonly<Record<string, readonly RegExp[]>> = {
  streaming_session_count_active: [],
  streaming_bitrate_adaptation_total: [],
  streaming_buffer_underrun_total: [],
  streaming_latency_percentile_ms: [/abbreviated units/, /"quantile" label/],
  streaming_quality_score_average: [],
  streaming_bandwidth_utilization_mbps: [],
  streaming_cache_hit_ratio: [],
};
/** Their twins in base units. */
const TWINS: Readonly<Record<keyof typeof GIVEN, readonly string[]>> = {
  streaming_session_count_active: ['pipit_sessions_active'],
  streaming_bitrate_adaptation_total: ['pipit_listener_rung_switches_total', 'pipit_viewer_level_changes_total'],
  streaming_buffer_underrun_total: ['pipit_listener_stalls_total'],
  streaming_latency_percentile_ms: ['pipit_delivery_latency_seconds'],
  streaming_quality_score_average: ['pipit_quality_score_ratio'],
  streaming_bandwidth_utilization_mbps: ['pipit_sent_bytes_per_second'],
  streaming_cache_hit_ratio: ['pipit_cache_hit_ratio'],
};
/** Figures that not every machine tells, and what is counted only once it has happened. */
const NOT_EVERYWHERE = [
  ...['cpu_used_ratio', 'own_cpu_used_ratio', 'temperature_celsius', 'throttled', 'under_voltage', 'card_wear_ratio'],
  ...['wifi_signal_dbm', 'disk_written_bytes_total', 'capture_xruns_total'],
].map((name) => `pipit_${name}`);
/** Numbers in /api/stats, and the metric that each is in; `counters.` and lists of single listeners apart. */
const METRIC_OF_STAT: Readonly<Record<string, string>> = {
  uptime_seconds: 'pipit_uptime_seconds',
  'buffer.available': 'pipit_mount_buffer_available_bytes',
  'buffer.space': 'pipit_mount_buffer_space_bytes',
  'buffer.fill_percentage': 'pipit_buffer_fill_ratio',
  'ring.bytes': 'pipit_ring_bytes',
  'ring.size_bytes': 'pipit_ring_size_bytes',
  'ring.seconds': 'pipit_ring_seconds',
  'rungs.listeners': 'pipit_rung_listeners',
  'rungs.ring_bytes': 'pipit_rung_ring_bytes',
  'rungs.ring_seconds': 'pipit_rung_ring_seconds',
  'rungs.oldest_unit_age_seconds': 'pipit_rung_oldest_unit_age_seconds',
  'rungs.newest_unit_age_seconds': 'pipit_rung_newest_unit_age_seconds',
  total_listeners: 'pipit_listeners',
  total_bytes_sent: 'pipit_sent_bytes_total',
  'cameras.frames_total': 'pipit_camera_frames_total',
  'cameras.cache_frames': 'pipit_camera_cache_frames',
  'cameras.cache_bytes': 'pipit_cache_bytes',
  'cameras.cache_hit_rate': 'pipit_cache_hit_ratio',
  'cameras.encode_ms_p50': 'pipit_encode_p50_seconds',
  'cameras.encode_ms_p95': 'pipit_encode_p95_seconds',
  'cameras.client_count': 'pipit_camera_viewers',
  'cameras.target_bitrate': 'pipit_camera_target_bytes_per_second',
  'box.step': 'pipit_saving_step',
  'box.max_level': 'pipit_box_max_level',
  'box.width_share': 'pipit_box_width_ratio',
  'box.max_fps': 'pipit_box_max_frames_per_second',
  'box.audio_step': 'pipit_sound_saving_step',
  'box.max_rungs': 'pipit_box_max_rungs',
  'box.max_kbps': 'pipit_box_max_bytes_per_second',
  'box.cpu_percent': 'pipit_cpu_used_ratio',
  'box.memory_percent': 'pipit_memory_used_ratio',
  'box.temperature_c': 'pipit_temperature_celsius',
  'memory.rss_bytes': 'pipit_resident_bytes',
  'memory.heap_bytes': 'pipit_heap_bytes',
};
/** They stand for single connections, which have no metrics of their own, or are no figures. */
const NO_FIGURES = /^(listeners|cameras\.viewers|cameras\.quality_levels)(\.|$)/;

let program: Program;
let scrape = '';
const gone = new AbortController();

test.before(async () => {
  program = await Program.start(`
    source "tone" { type = "test" }
    camera "card" { type = "test" }
    mount "/stream" { source = "tone" }`);
  const { signal } = gone;
  const streams = ['/stream', '/stream?quality=low', '/camera.mjpg?level=50', '/camera.mjpg?level=50'];
  for (const path of streams) {
    const response = await fetch(program.url(path), { signal });
    // A viewer that takes nothing is shown nothing.
    void response.body?.pipeTo(new WritableStream(), { signal }).catch(() => {});
  }
  const endMs = performance.now() + 30_000;
  const hasAll = (): boolean => ['delivery_latency', 'cache_hit_ratio', 'per_second'].every((n) => scrape.includes(n));
  while (!hasAll() && performance.now() < endMs) {
    scrape = await (await fetch(program.url('/metrics'))).text();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

test.after(async () => {
  gone.abort();
  await program?.[Symbol.asyncDispose]();
});

/** Names of metrics, by their TYPE lines. */
function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
}

test('every metric is explained once, and its values follow', () => {
  const names = [...scrape.matchAll(/^# TYPE (\S+) (gauge|counter|histogram)$/gm)].map(([, name]) => name);
  assert.is(new Set(names).size, names.length);
  assert.is(names.length, [...scrape.matchAll(/^# TYPE/gm)].length);
  for (const [, name, help = ''] of scrape.matchAll(/^# HELP (\S+) (.*)$/gm)) assert.ok(help.length > 5, name);
  for (const line of scrape.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    assert.match(line, /^[a-z][a-z0-9_]*(\{([a-z]+="[^"]*",?)+\})? (-?[\d.e+-]+)$/);
  }
});

test('every figure that this machine tells is there', () => {
  const names = namesIn(scrape);
  const missing = Object.keys(FIGURES)
    .map((name) => `pipit_${name}`)
    .filter((name) => !names.has(name) && !NOT_EVERYWHERE.includes(name));
  assert.equal(missing, []);
  assert.match(scrape, /^pipit_build_info\{version="[\d.]+[^"]*"\} 1$/m);
  assert.match(scrape, /^pipit_source_connected\{source="tone"\} 1$/m);
  assert.match(scrape, /^pipit_camera_viewers\{camera="card"\} 2$/m);
  assert.match(scrape, /^pipit_rung_listeners\{mount="\/stream",rung="mp3@64"\} 1$/m);
  assert.match(scrape, /^pipit_mount_on_air\{mount="\/stream"\} 1$/m);
});

test('everything in /api/stats is in it', async () => {
  const names = namesIn(scrape);
  const { counters, ...stats } = await program.stats();
  // Workers tell of theirs once a second: some may be there only since the scrape.
  const fresh = namesIn(await (await fetch(program.url('/metrics'))).text());
  assert.equal(
    Object.keys(counters).filter((name) => !fresh.has(`pipit_${name}`)),
    [],
  );
  const paths = new Set(numbersIn(stats).filter((path) => !NO_FIGURES.test(path)));
  for (const path of paths) {
    const metric = METRIC_OF_STAT[path];
    assert.ok(metric !== undefined, `${path} of /api/stats is in no metric`);
    assert.ok(names.has(metric) || NOT_EVERYWHERE.includes(metric), `${path}: ${metric}`);
  }
});

test('no connection has a metric of its own', () => {
  for (const [, label] of scrape.matchAll(/[{,]([a-z]+)="/g)) {
    assert.ok(['version', 'mount', 'rung', 'source', 'camera', 'le', 'quantile'].includes(label ?? ''), label);
  }
});

test('the given names are there, each with its twin in base units; edges have none while there are none', () => {
  const names = namesIn(scrape);
  for (const name of Object.keys(GIVEN)) {
    assert.ok(names.has(name), name);
    for (const twin of TWINS[name] ?? []) assert.ok(names.has(twin), twin);
  }
  assert.not.ok(scrape.includes('streaming_edge_response_time_ms'));
  const given = [...names].filter((name) => name.startsWith('streaming_')).sort();
  assert.equal(given, Object.keys(GIVEN).sort());
  for (const quantile of ['0.5', '0.95', '0.99']) {
    assert.match(scrape, new RegExp(`^streaming_latency_percentile_ms\\{quantile="${quantile}"\\} [\\d.]+$`, 'm'));
  }
  assert.match(scrape, /^streaming_session_count_active 4$/m);
  assert.match(scrape, /^pipit_delivery_latency_seconds_bucket\{le="\+Inf"\} \d+$/m);
});

test('promtool finds nothing wrong but with the names that were given', () => {
  const { error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: scrape, encoding: 'utf8' });
  if (error !== undefined) return skip('metrics');
  const complaints = `${stdout}${stderr}`.split('\n').filter(Boolean);
  const unexpected = complaints.filter((line) => {
    const [name = ''] = line.split(' ', 1);
    return GIVEN[name]?.some((breach) => breach.test(line)) !== true;
  });
  assert.equal(unexpected, []);
  assert.ok(complaints.length > 0, 'the exceptions are still needed');
});

test('alerts and dashboard ask for nothing that is not there', () => {
  const names = namesIn(scrape);
  const known = (name: string): boolean =>
    names.has(name) || names.has(name.replace(/_(bucket|sum|count)$/, '')) || NOT_EVERYWHERE.includes(name);
  for (const file of ['alerts.yml', 'alerts.test.yml', 'grafana-dashboard.json', 'README.md']) {
    const text = readFileSync(new URL(`../../docs/monitoring/${file}`, import.meta.url), 'utf8');
    const asked = new Set(text.match(/\b(pipit|streaming)_[a-z0-9_]+/g));
    asked.delete('streaming_edge_response_time_ms');
    assert.ok(asked.size > 10, `${file} asks for ${asked.size}`);
    assert.equal(
      [...asked].filter((name) => !known(name)),
      [],
      file,
    );
  }
});

test('the rules are as Prometheus wants them, and fire when they should', () => {
  const cwd = new URL('../../docs/monitoring/', import.meta.url);
  for (const args of [
    ['check', 'rules', 'alerts.yml'],
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { error, status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
    if (error !== undefined) return skip('rules');
    assert.is(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`);
  }
});

test('the dashboard is one that Grafana can load', () => {
  const file = new URL('../../docs/monitoring/grafana-dashboard.json', import.meta.url);
  const { panels, templating, schemaVersion, title } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
  assert.equal([title, schemaVersion >= 39], ['Pipit', true]);
  assert.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { gridPos, title: name, type, targets = [] } of panels) {
    const { x, y, w, h } = gridPos;
    assert.ok(x + w <= 24, name);
    for (let column = x; column < x + w; column++) {
      for (let line = y; line < y + h; line++) {
        assert.not.ok(taken.has(`${column} ${line}`), `${name} lies over another`);
        taken.add(`${column} ${line}`);
      }
    }
    if (type !== 'row') assert.ok(targets.length > 0, name);
    for (const { expr } of targets) assert.ok(expr.includes('instance=~"$instance"'), `${name}: ${expr}`);
  }
  const variables = templating.list.map(({ name }) => name);
  assert.equal(variables, ['datasource', 'instance']);
});

interface Dashboard {
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

function skip(what: string): void {
  process.stdout.write(`promtool is not installed: ${what} are not checked\n`);
}

/** Dotted names of all numbers; of lists each name once. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path];
  if (Array.isArray(value)) return value.flatMap((each) => numbersIn(each, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => numbersIn(each, path === '' ? name : `${path}.${name}`));
}

test.run();
