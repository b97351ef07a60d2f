import { type DeviceKey, deviceIdOf } from '../core/device-key.ts';
import { DeviceError } from '../core/errors.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import type { DeviceRows } from './device-jobs.ts';
import { MAX_DEVICES, type StoredDevice, storedOf } from './device-row.ts';
import type { HistoryDesk } from './history-jobs.ts';

/** A device that has said what it wishes for, or was given a name. */
export interface Device extends StoredDevice {
  readonly id: string;
}

/** When a device was last seen is written so often at most: each write wears the card. */
const SEEN_EVERY_MS = 24 * 60 * 60 * 1000;
/** A file that is another one at every try is no place for anything. */
const TRIES = 3;

/**
 * What each device wishes for. It is read from memory. A change is in effect at once and written by the history's thread;
 * what could not be written stays in effect all the same, and is written with the next change that can be. Holds 500
 * devices: the one that was not seen for longest goes first, those with a name last.
 */
export class DevicePreferences {
  readonly #desk: HistoryDesk;
  readonly #wallTime: () => Date;
  readonly #devices = new Map<DeviceKey, StoredDevice>();
  /** Different in the database, or not there. */
  readonly #unwritten = new Set<DeviceKey>();
  readonly #removed = new Set<DeviceKey>();
  /** Of the file that was last read or written. */
  #generation = 0;
  #present: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor({ desk, wallTime }: { desk: HistoryDesk; wallTime: () => Date }) {
    this.#desk = desk;
    this.#wallTime = wallTime;
  }

  /**
   * Takes over what is kept; nothing, where nothing can be read. To be called again when it may be another file: what
   * that lacks is written.
   */
  async load(): Promise<void> {
    try {
      this.#merge(await this.#desk.ask('readDevices', undefined));
      if (this.#unwritten.size + this.#removed.size > 0) await this.#write();
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

  /** All of them by their keys, for a backup. */
  entries(): readonly (StoredDevice & { readonly key: DeviceKey })[] {
    return Array.from(this.#devices, ([key, stored]) => ({ key, ...stored }));
  }

  /**
   * Puts others in the place of all, at once; resolves when that is kept.
   * @throws DeviceError `history.not-kept` when a restart brings the old ones back
   */
  replaceAll(devices: readonly (StoredDevice & { readonly key: DeviceKey })[]): Promise<void> {
    for (const key of [...this.#devices.keys()]) this.#forget(key);
    for (const { key, ...stored } of devices.slice(0, MAX_DEVICES)) {
      this.#devices.set(key, stored);
      this.#removed.delete(key);
      this.#unwritten.add(key);
    }
    return this.#write();
  }

  /**
   * Sets what it wishes for, at once; resolves when that is kept.
   * @param agent what it says of itself, when the device itself asks
   * @throws DeviceError `history.not-kept` when it lasts only until a restart
   */
  save(key: DeviceKey, preferences: Preferences, agent?: string): Promise<void> {
    return this.#change(key, { preferences, ...(agent === undefined ? {} : { agent, lastSeenMs: this.#nowMs() }) });
  }

  /**
   * Calls it by a name, at once; empty: by none. Resolves when that is kept.
   * @throws DeviceError `history.not-kept` when it lasts only until a restart
   */
  name(key: DeviceKey, name: string): Promise<void> {
    return this.#change(key, { name });
  }

  /** It is there, if it is known. True when that is to be written, once a day: the moment to renew what it shows. */
  seen(key: DeviceKey, agent: string): boolean {
    const device = this.#devices.get(key);
    if (device === undefined) return false;
    const lastSeenMs = this.#nowMs();
    // Without a clock of its own a Pi may begin in the past.
    if (Math.abs(lastSeenMs - device.lastSeenMs) < SEEN_EVERY_MS) return false;
    // Nobody has asked for this to be kept; that it is not, the thread has said.
    this.#change(key, { agent, lastSeenMs }).catch(() => {});
    return true;
  }

  /**
   * Forgets it, at once; resolves when that is kept.
   * @returns false when it was not known
   * @throws DeviceError `history.not-kept` when a restart brings it back
   */
  async remove(key: DeviceKey): Promise<boolean> {
    if (!this.#devices.has(key)) return false;
    this.#forget(key);
    await this.#write();
    return true;
  }

  #change(key: DeviceKey, change: Partial<StoredDevice>): Promise<void> {
    const known = this.#devices.get(key);
    const nowMs = this.#nowMs();
    const fresh = { name: '', agent: '', preferences: DEFAULT_PREFERENCES, createdMs: nowMs, lastSeenMs: nowMs };
    if (known === undefined) this.#makePlace();
    this.#devices.set(key, { ...(known ?? fresh), ...change });
    this.#removed.delete(key);
    this.#unwritten.add(key);
    return this.#write();
  }

  /** One at a time: all that changes while one is under way goes with the next. */
  #write(): Promise<void> {
    this.#next ??= this.#present
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#present = this.#writeAll();
        return this.#present;
      });
    return this.#next;
  }

  /** Everything that the file lacks. */
  async #writeAll(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const removed = [...this.#removed];
      const changed: [DeviceKey, StoredDevice][] = [];
      for (const key of this.#unwritten) {
        const device = this.#devices.get(key);
        if (device !== undefined) changed.push([key, device]);
      }
      const other = await this.#desk.ask('writeDevices', { generation: this.#generation, removed, changed });
      if (other === undefined) return this.#settle(removed, changed);
      this.#merge(other);
    }
    throw new DeviceError(
      'history.not-kept',
      'the history is a new file again and again: what is set now is lost when Pipit restarts',
      {
        remedy: 'The disk or card fails: see dmesg, and replace it.',
      },
    );
  }

  /** These are in the file now, but for what has changed meanwhile. */
  #settle(removed: readonly DeviceKey[], changed: readonly (readonly [DeviceKey, StoredDevice])[]): void {
    for (const key of removed) if (!this.#devices.has(key)) this.#removed.delete(key);
    for (const [key, device] of changed) if (this.#devices.get(key) === device) this.#unwritten.delete(key);
  }

  /** Takes over what a file has that is not the one known; what it lacks is to be written. */
  #merge({ generation, rows }: DeviceRows): void {
    if (generation === this.#generation) return;
    this.#generation = generation;
    const kept = new Map(rows.map((row) => [row.key, row]));
    for (const key of this.#devices.keys()) if (!kept.has(key)) this.#unwritten.add(key);
    for (const [key, row] of kept) {
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
