import type { CounterSet } from '../core/counters.ts';
import type { FigureName, FigureSample } from '../core/figures.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { HostNetwork } from '../core/host-network.ts';
import type { HostStorage } from '../core/host-storage.ts';
import { viewerCountersOf } from '../frames/viewer-counters.ts';
import type { Mount } from '../mount/mount.ts';
import type { Muted } from '../privacy/mute-state.ts';
import type { BoxStats } from '../web/answers.ts';
import type { RunningCamera } from './cameras.ts';
import { MICROPHONES, type Programme, type RunningSource } from './programme.ts';

export interface FiguresInput {
  readonly uptimeSeconds: number;
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly muted: Muted;
  readonly counters: CounterSet;
  readonly box: BoxStats;
  readonly load: HostLoad;
  readonly network: HostNetwork;
  readonly storage: HostStorage;
  /** Undefined until it was measured. */
  readonly sentBytesPerSecond: number | undefined;
}

/** What was not measured is not told. */
type Told = number | boolean | undefined;
type Tell = (name: FigureName, value: Told, subject?: string) => void;

const BYTES_OF_MB = 1024 * 1024;

/** Every figure that is known at this moment, in the order of FIGURES; then the counters. */
export function stationFigures(input: FiguresInput): FigureSample[] {
  const samples: FigureSample[] = [];
  const tell: Tell = (name, value, subject = '') => {
    if (value !== undefined) samples.push({ name, subject, value: Number(value) });
  };
  tellAudience(tell, input);
  tellMachine(tell, input);
  tellSources(tell, input);
  tellCameras(tell, input.cameras);
  for (const { name, value } of input.counters) samples.push({ name, subject: '', value });
  return samples;
}

function tellAudience(
  tell: Tell,
  { uptimeSeconds, programme, cameras, counters, sentBytesPerSecond }: FiguresInput,
): void {
  const mounts = [...programme.mounts.values()];
  tell('uptime_seconds', uptimeSeconds);
  tell(
    'listeners',
    sum(mounts, ({ broadcaster }) => broadcaster.listenerCount),
  );
  tell(
    'viewers',
    sum(cameras, ({ feed }) => feed.audience.count),
  );
  for (const [rung, listeners] of listenersByRung(mounts)) tell('listeners_on_rung', listeners, rung);
  tell(
    'sent_bytes_total',
    sum(mounts, ({ broadcaster }) => broadcaster.bytesSent),
  );
  tell('sent_bytes_per_second', sentBytesPerSecond);
  if (cameras.length > 0) tell('picture_sent_bytes_total', pictureBytesOf(counters));
  tell('ring_seconds', longestPastSeconds(mounts));
  tell(
    'ring_bytes',
    sum(mounts, ({ ring }) => ring.heldBytes),
  );
  tell(
    'ring_size_bytes',
    sum(mounts, ({ ring }) => ring.sizeBytes),
  );
  const fills = mounts.map(({ broadcaster, ring }) => broadcaster.slowestBytesAhead / ring.sizeBytes);
  tell('buffer_fill_ratio', Math.max(0, ...fills));
}

function tellMachine(tell: Tell, { load, network, storage, box }: FiguresInput): void {
  tell('cpu_used_ratio', ratioOf(load.cpuPercent));
  tell('own_cpu_used_ratio', ratioOf(load.ownCpuPercent));
  tell('memory_used_ratio', ratioOf(load.memoryPercent));
  tell('memory_available_bytes', load.memoryAvailableMb && Math.round(load.memoryAvailableMb * BYTES_OF_MB));
  tell('resident_bytes', process.memoryUsage.rss());
  tell('temperature_celsius', load.temperatureC);
  tell('throttled', load.isThrottled);
  tell('under_voltage', load.isUnderVoltage);
  tell('disk_used_ratio', storage.usedRatio);
  tell('disk_free_bytes', storage.freeBytes);
  tell('disk_written_bytes_total', storage.writtenBytes);
  tell('card_wear_ratio', storage.cardWearRatio);
  tell('wifi_signal_dbm', network.signalDbm);
  tell('saving_step', box.step);
  tell('sound_saving_step', box.audio_step);
}

function tellSources(tell: Tell, { programme: { sources }, muted }: FiguresInput): void {
  const each = (name: FigureName, value: (source: RunningSource) => Told): void => {
    for (const source of sources) tell(name, value(source), source.name);
  };
  each('source_connected', ({ feed }) => feed.isLive);
  each('source_muted', ({ type }) => muted.microphone && MICROPHONES.includes(type));
  each('source_restarts_total', ({ feed }) => feed.status.restarts);
  each('level_rms_dbfs', ({ feed: { level } }) => level && loudest(level.rmsDb));
  each('level_peak_dbfs', ({ feed: { level } }) => level && loudest(level.peakDb));
  each('sound_detected', ({ feed }) => feed.level?.sound);
  each('silent', ({ feed }) => feed.level?.silent);
  each('clipped_samples_total', ({ feed }) => feed.level?.clippedSamples);
}

function tellCameras(tell: Tell, cameras: readonly RunningCamera[]): void {
  const known = cameras.map(({ name, feed }) => ({ name, feed, cache: feed.cache.stats() }));
  const each = (name: FigureName, value: (camera: (typeof known)[number]) => Told): void => {
    for (const camera of known) tell(name, value(camera), camera.name);
  };
  each('camera_connected', ({ feed }) => feed.works);
  each('camera_restarts_total', ({ feed }) => feed.status.restarts);
  each('camera_viewers', ({ feed }) => feed.audience.count);
  each('camera_frames_total', ({ feed }) => feed.frames);
  // Before anybody has asked there is no part of the asks.
  each('cache_hit_ratio', ({ cache }) => (cache.hits + cache.misses === 0 ? undefined : cache.hitRate));
  each('cache_bytes', ({ cache }) => cache.bytes);
  each('encode_p95_seconds', ({ cache }) => cache.encodeMs.p95 && cache.encodeMs.p95 / 1000);
}

/** Everything that was sent since the start, sound and pictures, bytes. */
export function sentBytes({ programme, counters }: Pick<FiguresInput, 'programme' | 'counters'>): number {
  const mounts = [...programme.mounts.values()];
  return sum(mounts, ({ broadcaster }) => broadcaster.bytesSent) + pictureBytesOf(counters);
}

function pictureBytesOf(counters: CounterSet): number {
  return viewerCountersOf(counters).sentBytes.value;
}

/** Rungs that are encoded or were, by name, over all mounts. */
function listenersByRung(mounts: readonly Mount[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { ring, broadcaster } of mounts) {
    for (const { rung, endSequence } of ring.tracks) {
      if (endSequence === 0) continue;
      counts.set(rung.name, (counts.get(rung.name) ?? 0) + broadcaster.listenerCountOf(rung));
    }
  }
  return counts;
}

function longestPastSeconds(mounts: readonly Mount[]): number {
  let longestUs = 0;
  for (const { ring } of mounts) {
    for (const track of ring.tracks) {
      if (track.readableBytes > 0) longestUs = Math.max(longestUs, track.endPtsUs - track.oldestPtsUs);
    }
  }
  return longestUs / 1e6;
}

function loudest(db: readonly number[]): number | undefined {
  return db.length === 0 ? undefined : Math.max(...db);
}

function ratioOf(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
