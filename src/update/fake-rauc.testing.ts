import { readFile } from 'node:fs/promises';
import { DeviceError } from '../core/errors.ts';
import type { BundleFacts, RaucActivity, SystemSlot } from './rauc.ts';

/** So many looks an installation takes. */
const LOOKS = 2;

/**
 * A RAUC that takes text for bundles: `bundle VERSION [COMPATIBLE]` is a good one, `unsigned …` and `damaged …` are not,
 * and one with `breaks` fails while it is written. With `dies` RAUC itself ends then, and another one is started that
 * knows of nothing.
 */
export class FakeRauc {
  /** What was installed, as it was read. */
  readonly installed: string[] = [];
  /** What was marked. */
  readonly marked: string[] = [];
  own: SystemSlot = {
    name: 'rootfs.0',
    bootName: 'A',
    isBooted: true,
    isBootable: true,
    version: undefined,
    installedAt: undefined,
  };
  other: SystemSlot = { ...this.own, name: 'rootfs.1', bootName: 'B', isBooted: false, isBootable: false };
  /** So often it does not answer how it gets on, while it installs. */
  unanswered = 0;
  #primary = 'rootfs.0';
  #looks = 0;
  #version = '';
  #error = '';

  async slots(): Promise<readonly SystemSlot[]> {
    return [this.own, this.other];
  }

  async primary(): Promise<string> {
    return this.#primary;
  }

  async compatible(): Promise<string> {
    return 'pipit-arm64';
  }

  async inspect(path: string): Promise<BundleFacts> {
    const [kind = '', version = '', compatible = 'pipit-arm64'] = (await readFile(path, 'utf8')).split(' ');
    if (kind === 'unsigned') throw raucSays('signature verification failed: no signer found');
    if (kind !== 'bundle') throw raucSays('Invalid identifier. Did you pass a valid RAUC bundle?');
    return { version, compatible };
  }

  async install(path: string): Promise<void> {
    const text = await readFile(path, 'utf8');
    this.installed.push(text);
    this.begin(text.split(' ')[1] ?? '');
    if (text.endsWith('dies')) this.#version = '';
    if (text.endsWith('breaks')) this.#error = 'Installation error: Failed updating slot: Input/output error';
  }

  /** An installation is under way. */
  begin(version: string): void {
    this.#version = version;
    this.#error = '';
    this.#looks = LOOKS;
    this.other = { ...this.other, isBootable: false };
  }

  async activity(): Promise<RaucActivity> {
    const isBusy = this.#looks > 0;
    if (isBusy && this.unanswered > 0) {
      this.unanswered -= 1;
      throw raucSays('Connection timed out');
    }
    if (isBusy) this.#looks -= 1;
    else if (this.#version !== '' && this.#error === '') {
      this.other = { ...this.other, isBootable: true, version: this.#version, installedAt: '2026-01-01T00:00:00Z' };
      this.#primary = this.other.name;
    }
    return { isBusy, percent: isBusy ? 50 : 100, step: '', lastError: isBusy ? '' : this.#error };
  }

  async mark(state: 'good' | 'active', slot: string): Promise<string> {
    this.marked.push(`${state} ${slot}`);
    return 'marked';
  }
}

function raucSays(words: string): DeviceError {
  return new DeviceError('update.rauc', words, { remedy: '' });
}
