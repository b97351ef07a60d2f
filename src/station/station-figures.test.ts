import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { FIGURES } from '../core/figures.ts';
import { UNKNOWN_LOAD } from '../core/host-load.ts';
import { UNKNOWN_STORAGE } from '../core/host-storage.ts';
import { type FiguresInput, stationFigures } from './station-figures.ts';

const test = suite('station-figures');

const S = 1_000_000;

function source(name: string, type: string, state: string, level?: object) {
  return { name, type, feed: { isLive: state === 'live', status: { state, restarts: 1 }, level } };
}

const LEVEL = { rmsDb: [-30, -20.5], peakDb: [-12, -14], clippedSamples: 7, silent: false, sound: true };

function mount(listeners: number, bytesSent: number, ahead: number) {
  const rung = { name: 'mp3@128' };
  const track = { rung, endSequence: 9, readableBytes: 100, endPtsUs: 100 * S, oldestPtsUs: 40 * S };
  const unheard = { rung: { name: 'mp3@64' }, endSequence: 0, readableBytes: 0, endPtsUs: 0, oldestPtsUs: 0 };
  return {
    ring: { heldBytes: 500, sizeBytes: 1000, tracks: [track, unheard] },
    broadcaster: { listenerCount: listeners, bytesSent, slowestBytesAhead: ahead, listenerCountOf: () => listeners },
  };
}

const NOTHING_ASKED = { hits: 0, misses: 0, hitRate: 0, bytes: 0, encodeMs: { p50: undefined, p95: undefined } };

function camera(name: string, works: boolean | undefined, cache: object) {
  const audience = { count: 2 };
  return { name, feed: { works, status: { restarts: 0 }, frames: 50, audience, cache: { stats: () => cache } } };
}

function input(change: object = {}): FiguresInput {
  return {
    uptimeSeconds: 60,
    programme: { mounts: new Map(), sources: [] },
    cameras: [],
    muted: { camera: false, microphone: false },
    counters: new CounterSet(),
    box: { step: 0, audio_step: 0 },
    load: UNKNOWN_LOAD,
    network: { signalDbm: undefined },
    storage: UNKNOWN_STORAGE,
    sentBytesPerSecond: undefined,
    ...change,
  } as unknown as FiguresInput;
}

/** `name` or `name:subject`, with its value. */
function told(change: object): Record<string, number> {
  return Object.fromEntries(
    stationFigures(input(change)).map(({ name, subject, value }) => [subject ? `${name}:${subject}` : name, value]),
  );
}

test('what is not known is not told', () => {
  const names = stationFigures(input()).map(({ name }) => name);
  for (const name of ['cpu_used_ratio', 'throttled', 'disk_free_bytes', 'wifi_signal_dbm', 'sent_bytes_per_second']) {
    assert.not.ok(names.includes(name), name);
  }
  assert.ok(names.includes('uptime_seconds') && names.includes('resident_bytes'));
});

test('they come in the order of FIGURES, then the counters', () => {
  const counters = new CounterSet();
  counters.counter('things_total', 'Things').add(3);
  const figures = stationFigures(
    input({
      counters,
      programme: { mounts: new Map([['/a', mount(1, 1, 1)]]), sources: [source('mic', 'alsa', 'live', LEVEL)] },
      cameras: [camera('yard', true, NOTHING_ASKED)],
    }),
  );
  const order = [...Object.keys(FIGURES), 'things_total'];
  const places = figures.map(({ name }) => order.indexOf(name)).filter((place) => place >= 0);
  assert.equal(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.ok(figures.every(({ value }) => Number.isFinite(value)));
  assert.is(figures.find(({ name }) => name === 'things_total')?.value, 3);
});

test('mounts are summed, and the worst ring counts', () => {
  const mounts = new Map([
    ['/a', mount(3, 1_000, 100)],
    ['/b', mount(2, 500, 700)],
  ]);
  const figures = told({ programme: { mounts, sources: [] } });
  assert.equal(
    ['listeners', 'listeners_on_rung:mp3@128', 'sent_bytes_total', 'ring_bytes', 'ring_size_bytes'].map(
      (n) => figures[n],
    ),
    [5, 5, 1_500, 1_000, 2_000],
  );
  assert.equal([figures['ring_seconds'], figures['buffer_fill_ratio']], [60, 0.7]);
  assert.is(figures['listeners_on_rung:mp3@64'], undefined, 'a rung that never was');
});

test('of a source its loudest channel is told, and only while there is sound', () => {
  const sources = [source('mic', 'alsa', 'live', LEVEL), source('radio', 'url', 'retrying')];
  const figures = told({ programme: { mounts: new Map(), sources }, muted: { camera: false, microphone: true } });
  assert.equal(
    ['level_rms_dbfs', 'level_peak_dbfs', 'sound_detected', 'silent', 'clipped_samples_total'].map(
      (n) => figures[`${n}:mic`],
    ),
    [-20.5, -12, 1, 0, 7],
  );
  assert.is(figures['level_rms_dbfs:radio'], undefined);
  assert.equal([figures['source_connected:mic'], figures['source_connected:radio']], [1, 0]);
  assert.equal([figures['source_muted:mic'], figures['source_muted:radio']], [1, 0], 'only microphones are muted');
});

test('of a camera nothing is invented before it was needed', () => {
  const asked = { hits: 3, misses: 1, hitRate: 0.75, bytes: 9, encodeMs: { p50: 4, p95: 8 } };
  const figures = told({ cameras: [camera('yard', undefined, NOTHING_ASKED), camera('door', false, asked)] });
  assert.equal([figures['camera_connected:yard'], figures['camera_connected:door']], [undefined, 0]);
  assert.equal([figures['cache_hit_ratio:yard'], figures['cache_hit_ratio:door']], [undefined, 0.75]);
  assert.equal([figures['encode_p95_seconds:yard'], figures['encode_p95_seconds:door']], [undefined, 0.008]);
  assert.is(figures['viewers'], 4);
});

test('percentages are ratios, megabytes are bytes, flags are 0 and 1', () => {
  const load = { ...UNKNOWN_LOAD, cpuPercent: 25, memoryAvailableMb: 100, isThrottled: true, isUnderVoltage: false };
  const storage = { ...UNKNOWN_STORAGE, usedRatio: 0.5, freeBytes: 7, cardWearRatio: 0.2, writtenBytes: 11 };
  const figures = told({ load, storage, network: { signalDbm: -61 } });
  assert.equal(
    ['cpu_used_ratio', 'memory_available_bytes', 'throttled', 'under_voltage', 'wifi_signal_dbm'].map(
      (n) => figures[n],
    ),
    [0.25, 104_857_600, 1, 0, -61],
  );
  assert.equal(
    ['disk_used_ratio', 'disk_free_bytes', 'card_wear_ratio', 'disk_written_bytes_total'].map((n) => figures[n]),
    [0.5, 7, 0.2, 11],
  );
});

test.run();
