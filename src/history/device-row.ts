import type { DeviceKey } from '../core/device-key.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import { QUALITY_MODES } from '../core/quality-level.ts';
import type { SqlValue } from './tables.ts';

/** Beyond these one has to go for each that comes. */
export const MAX_DEVICES = 500;

/** What is kept of a device. */
export interface StoredDevice {
  /** What people call it; empty: it has no name. */
  readonly name: string;
  /** What it says of itself, in a few words. */
  readonly agent: string;
  readonly preferences: Preferences;
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

/** A row of the table `device`. */
export interface DeviceRow {
  readonly key: DeviceKey;
  readonly name: string;
  readonly agent: string;
  readonly mode: string;
  readonly prefer_quality: number;
  readonly adapt_to_system: number;
  readonly auto_download_quality: number;
  readonly created_ms: number;
  readonly seen_ms: number;
}

/** The values of a row, in the order of its columns. */
export function rowOf(key: DeviceKey, device: StoredDevice): SqlValue[] {
  const { name, agent, preferences, createdMs, lastSeenMs } = device;
  const { mode, preferQuality, adaptToSystem, autoDownloadQuality } = preferences;
  const wishes = [preferQuality, adaptToSystem, autoDownloadQuality].map(Number);
  return [key, name, agent, mode, ...wishes, Math.round(createdMs), Math.round(lastSeenMs)];
}

/** What a row says; a mode that this Pipit does not know is the default. */
export function storedOf(row: DeviceRow): StoredDevice {
  return {
    name: row.name,
    agent: row.agent,
    preferences: {
      mode: QUALITY_MODES.find((mode) => mode === row.mode) ?? DEFAULT_PREFERENCES.mode,
      preferQuality: row.prefer_quality !== 0,
      adaptToSystem: row.adapt_to_system !== 0,
      autoDownloadQuality: row.auto_download_quality !== 0,
    },
    createdMs: row.created_ms,
    lastSeenMs: row.seen_ms,
  };
}
