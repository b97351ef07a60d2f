import { type DeviceKey, deviceIdOf } from '../core/device-key.ts';
import { DeviceError } from '../core/errors.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import type { Database } from './database.ts';
import { type DeviceRow, rowOf, storedOf } from './device-row.ts';
import type { Tables } from './tables.ts';

/** A device that has said what it wishes for, or was given a name. */
export interface Device {
  readonly id: string;
  /** What people call it; empty: it has no name. */
  readonly name: string;
  /** What it says of itself, in a few words. */
  readonly agent: string;
  readonly preferences: Preferences;
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

/** What is kept of it. */
export type StoredDevice = Omit<Device, 'id'>;

/** Beyond these one has to go for each that comes. */
const MAX_DEVICES = 500;
/** When a device was last seen is written so often at most: each write wears the card. */
const SEEN_EVERY_MS = 24 * 60 * 60 * 1000;

const UPSERT = `INSERT INTO device
    (key, name, agent, mode, prefer_quality, adapt_to_system, auto_download_quality, created_ms, seen_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, agent = excluded.agent, mode = excluded.mode,
    prefer_quality = excluded.prefer_quality, adapt_to_system = excluded.adapt_to_system,
    auto_download_quality = excluded.auto_download_quality, seen_ms = excluded.seen_ms`;
const SELECT = `SELECT * FROM device ORDER BY name = '', seen_ms DESC LIMIT ${MAX_DEVICES}`;
const DELETE = 'DELETE FROM device WHERE key = ?';

/**
 * What each device wishes for. It is read from memory and written to the database at once; what could not be written is
 * in effect all the same, and is written with the next change that can be. Holds 500 devices: the one that was not seen
 * for longest goes first, those with a name last.
 */
export class DevicePreferences {
  readonly #database: Database;
  readonly #wallTime: () => Date;
  readonly #devices = new Map<DeviceKey, StoredDevice>();
  /** Different in the database, or not there. */
  readonly #unwritten = new Set<DeviceKey>();
  readonly #removed = new Set<DeviceKey>();
  /** Of the database when it was last read and written. */
  #generation = 0;

  constructor({ database, wallTime }: { database: Database; wallTime: () => Date }) {
    this.#database = database;
    this.#wallTime = wallTime;
  }

  /** Reads what is kept, when the database has been opened; nothing, where there is none. */
  load(): void {
    try {
      this.#generation = this.#database.read((tables) => {
        this.#merge(tables);
        return tables.generation;
      });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }

  /** What it wishes for; the defaults when it has not said. */
  of(key: DeviceKey | undefined): Preferences {
    return (key === undefined ? undefined : this.#devices.get(key)?.preferences) ?? DEFAULT_PREFERENCES;
  }

  /** What is known of it; undefined when nothing is kept. */
  device(key: DeviceKey): Device | undefined {
    const stored = this.#devices.get(key);
    return stored === undefined ? undefined : { id: deviceIdOf(key), ...stored };
  }

  /** The key of the device with this id. */
  keyOf(id: string): DeviceKey | undefined {
    for (const key of this.#devices.keys()) if (deviceIdOf(key) === id) return key;
    return undefined;
  }

  /** All of them, the one that was seen last first. */
  list(): Device[] {
    const devices = Array.from(this.#devices, ([key, stored]) => ({ id: deviceIdOf(key), ...stored }));
    return devices.sort((a, b) => b.lastSeenMs - a.lastSeenMs);
  }

  /**
   * Sets what it wishes for.
   * @param agent what it says of itself, when the device itself asks
   * @throws DeviceError `history.not-kept` when it lasts only until a restart
   */
  save(key: DeviceKey, preferences: Preferences, agent?: string): void {
    this.#change(key, { preferences, ...(agent === undefined ? {} : { agent, lastSeenMs: this.#nowMs() }) });
  }

  /**
   * Calls it by a name; empty: by none.
   * @throws DeviceError `history.not-kept` when it lasts only until a restart
   */
  name(key: DeviceKey, name: string): void {
    this.#change(key, { name });
  }

  /** It is there, if it is known. True when that was written, once a day: the moment to renew what it shows. */
  seen(key: DeviceKey, agent: string): boolean {
    const device = this.#devices.get(key);
    if (device === undefined) return false;
    const lastSeenMs = this.#nowMs();
    // Without a clock of its own a Pi may begin in the past.
    if (Math.abs(lastSeenMs - device.lastSeenMs) < SEEN_EVERY_MS) return false;
    try {
      this.#change(key, { agent, lastSeenMs });
    } catch (error) {
      // The database has said so, and nobody has asked for this to be kept.
      if (!(error instanceof DeviceError)) throw error;
    }
    return true;
  }

  /**
   * Forgets it.
   * @returns false when it was not known
   * @throws DeviceError `history.not-kept` when a restart brings it back
   */
  remove(key: DeviceKey): boolean {
    if (!this.#devices.has(key)) return false;
    this.#forget(key);
    this.#write();
    return true;
  }

  #change(key: DeviceKey, change: Partial<StoredDevice>): void {
    const known = this.#devices.get(key);
    const nowMs = this.#nowMs();
    const fresh = { name: '', agent: '', preferences: DEFAULT_PREFERENCES, createdMs: nowMs, lastSeenMs: nowMs };
    if (known === undefined) this.#makePlace();
    this.#devices.set(key, { ...(known ?? fresh), ...change });
    this.#removed.delete(key);
    this.#unwritten.add(key);
    this.#write();
  }

  /** Everything that the database lacks, in one transaction. */
  #write(): void {
    this.#generation = this.#database.write((tables) => {
      if (tables.generation !== this.#generation) this.#merge(tables);
      for (const key of this.#removed) tables.run(DELETE, key);
      for (const key of this.#unwritten) {
        const device = this.#devices.get(key);
        if (device !== undefined) tables.run(UPSERT, ...rowOf(key, device));
      }
      return tables.generation;
    });
    this.#removed.clear();
    this.#unwritten.clear();
  }

  /** Takes over what a database has that was opened anew; what it lacks is to be written. */
  #merge(tables: Tables): void {
    const rows = new Map(tables.all<DeviceRow>(SELECT).map((row) => [row.key, row]));
    for (const key of this.#devices.keys()) if (!rows.has(key)) this.#unwritten.add(key);
    for (const [key, row] of rows) {
      if (this.#removed.has(key) || this.#unwritten.has(key)) continue;
      if (!this.#devices.has(key)) this.#makePlace();
      this.#devices.set(key, storedOf(row));
    }
  }

  #makePlace(): void {
    while (this.#devices.size >= MAX_DEVICES) {
      let first: DeviceKey | undefined;
      for (const key of this.#devices.keys()) {
        if (first === undefined || this.#goesBefore(key, first)) first = key;
      }
      if (first === undefined) return;
      this.#forget(first);
    }
  }

  #goesBefore(key: DeviceKey, other: DeviceKey): boolean {
    const one = this.#devices.get(key) as StoredDevice;
    const two = this.#devices.get(other) as StoredDevice;
    if ((one.name === '') !== (two.name === '')) return one.name === '';
    return one.lastSeenMs < two.lastSeenMs;
  }

  #forget(key: DeviceKey): void {
    this.#devices.delete(key);
    this.#unwritten.delete(key);
    this.#removed.add(key);
    // As long as nothing can be written, those that come and go would pile up.
    for (const oldest of this.#removed) {
      if (this.#removed.size <= MAX_DEVICES) break;
      this.#removed.delete(oldest);
    }
  }

  #nowMs(): number {
    return this.#wallTime().getTime();
  }
}
