import type { DeviceKey } from '../core/device-key.ts';
import { type DeviceRow, MAX_DEVICES, rowOf, type StoredDevice } from './device-row.ts';
import type { JobDeps } from './history-jobs.ts';
import type { Tables } from './tables.ts';

const UPSERT = `INSERT INTO device
    (key, name, agent, mode, prefer_quality, adapt_to_system, auto_download_quality, created_ms, seen_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, agent = excluded.agent, mode = excluded.mode,
    prefer_quality = excluded.prefer_quality, adapt_to_system = excluded.adapt_to_system,
    auto_download_quality = excluded.auto_download_quality, seen_ms = excluded.seen_ms`;
const SELECT = `SELECT * FROM device ORDER BY name = '', seen_ms DESC LIMIT ${MAX_DEVICES}`;
const DELETE = 'DELETE FROM device WHERE key = ?';

/** The devices that a file has. */
export interface DeviceRows {
  /** Of the file: another one may have other rows. */
  readonly generation: number;
  readonly rows: readonly DeviceRow[];
}

export interface DeviceChanges {
  /** Of the file that they are meant for. */
  readonly generation: number;
  readonly removed: readonly DeviceKey[];
  readonly changed: readonly (readonly [DeviceKey, StoredDevice])[];
}

/** All devices that are kept. */
export function readDevices({ database, generationOf }: JobDeps): DeviceRows {
  return database.read((tables) => rowsOf(tables, generationOf));
}

/**
 * Writes devices, in one transaction.
 * @returns undefined when that is done; the rows of the file when it is another one than was meant: then nothing is
 */
export function writeDevices(
  { database, generationOf }: JobDeps,
  { generation, removed, changed }: DeviceChanges,
): DeviceRows | undefined {
  return database.write((tables) => {
    if (generationOf(tables.generation) !== generation) return rowsOf(tables, generationOf);
    for (const key of removed) tables.run(DELETE, key);
    for (const [key, device] of changed) tables.run(UPSERT, ...rowOf(key, device));
    return undefined;
  });
}

function rowsOf(tables: Tables, generationOf: JobDeps['generationOf']): DeviceRows {
  return { generation: generationOf(tables.generation), rows: tables.all<DeviceRow>(SELECT) };
}
