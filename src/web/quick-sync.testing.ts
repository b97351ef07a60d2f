import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeGate } from '../access/change-gate.ts';
import { DeviceChangePace } from '../access/device-change-pace.ts';
import { CounterSet } from '../core/counters.ts';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import type { LinkKnowledge } from '../core/link-knowledge.ts';
import { deskOf } from '../history/database.testing.ts';
import { Database } from '../history/database.ts';
import { DevicePreferences } from '../history/device-preferences.ts';
import { SCHEMA } from '../history/schema.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import type { StationStats, StationStatus } from './answers.ts';
import { webListener } from './app.ts';
import type { QuickSyncClient, QuickSyncDecision, QuickSyncDeps } from './quick-sync-deps.ts';

export const PASSWORD = { Authorization: 'Bearer nightingale' };
export const NOW = new Date('2026-03-01T12:00:00Z');

export const LINK: LinkKnowledge = {
  mbps: 7.1234,
  source: 'test',
  ageS: 12.34,
  isLowerBound: true,
  rttMs: 3.21,
  problem: undefined,
};

const HOST: HostLoad = {
  ...UNKNOWN_LOAD,
  cpuPercent: 12.345,
  memoryPercent: 45.678,
  memoryAvailableMb: 210.6,
  temperatureC: 51.25,
  isThrottled: false,
  ownCpuPercent: 3.14,
};

export const DECISION: QuickSyncDecision = {
  level: 'ultra',
  bitrate: 320,
  description: 'Maximum fidelity',
  autoSelected: true,
  network: 'excellent',
  system: 'low_load',
  buffer: { bufferSize: 10, preload: 'auto', maxBufferSize: 20, rebufferThreshold: 3 },
  why: [{ code: 'link', sentence: 'The link carries 7 Mbit/s.' }],
};

/** The routes on a real port, with a real database; decisions and tests are made up. */
export async function serveQuickSync(changed: Partial<QuickSyncDeps> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-quick-sync-'));
  const log = new RecordingLog();
  const clock = new FakeClock();
  const wallTime = () => NOW;
  const database = new Database({ clock, log, wallTime }, { file: join(directory, 'pipit.db'), schema: SCHEMA });
  await database.open();
  const devices = new DevicePreferences({ desk: deskOf(database), wallTime });
  await devices.load();
  const clients: QuickSyncClient[] = [];
  const pauses: number[] = [];
  const quickSync: QuickSyncDeps = {
    log,
    wallTime,
    pause: async (ms) => pauses.push(ms),
    gate: new ChangeGate({ clock, log, counters: new CounterSet() }, () => 'nightingale'),
    pace: new DeviceChangePace({ clock }),
    devices,
    sight: (client) => {
      clients.push(client);
      const { mode } = devices.of(client.deviceKey);
      return {
        link: LINK,
        host: HOST,
        decision: mode === 'auto' ? DECISION : { ...DECISION, level: mode, autoSelected: false },
      };
    },
    recommended: () => 'ultra',
    presets: () => {
      const preset = { bitrate: 64, buffer_size: 5, preload: 'metadata', description: 'Saves bandwidth' } as const;
      return {
        presets: { low: preset, medium: preset, high: preset, ultra: preset, auto: preset },
        thresholds: { low: 0.5, medium: 1, high: 2, ultra: 5 },
      };
    },
    tests: {
      recent: () => undefined,
      refusalOf: () => undefined,
      measure: async () => ({ mbps: 34.567, problem: undefined }),
    },
    network: () => ({ type: 'wifi', interface: 'wlan0', ratedMbps: 72.2, signalDbm: -61 }),
    listeners: () => [],
    preferredCodec: () => undefined,
    uplink: () => undefined,
    ...changed,
  };
  const server = createServer(
    webListener({
      log,
      status: () => ({}) as StationStatus,
      stats: () => ({}) as StationStats,
      privacy: {
        gate: quickSync.gate as ChangeGate,
        muted: () => ({ camera: false, microphone: false }),
        mute() {},
        pause: async () => {},
      },
      quickSync,
    }),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    log,
    clock,
    port,
    devices,
    database,
    clients,
    pauses,
    origin: `http://127.0.0.1:${port}`,
    ask: (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}/api/audio/quick-sync/${path}`, init),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A POST of an object, or of a text as it is. */
export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers };
}

/** The names of an object's fields, nested ones with dots, in their order. */
export function fieldsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix.slice(0, -1)];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, `${prefix}${name}.`));
}
