import { ConfigError, DeviceError } from '../core/errors.ts';
import type { SettingChanges, SettingsOutcome, StationControl } from '../core/station-control.ts';
import type { Muted, MuteState } from '../privacy/mute-state.ts';
import type { RunningCamera } from './cameras.ts';
import type { Programme } from './programme.ts';

/** Where settings are kept. */
export interface SettingsStore {
  /** @throws ConfigError, DeviceError: then nothing has changed */
  change(changes: SettingChanges): Promise<SettingsOutcome>;
}

/** What the machine can be told to do. */
export interface HostPower {
  /** @throws DeviceError `hardware.not-allowed` */
  reboot(): Promise<void>;
  /** @throws DeviceError `hardware.not-allowed` */
  shutDown(): Promise<void>;
}

export interface StationControlDeps {
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly mute: MuteState;
  readonly settings: SettingsStore;
  readonly power: HostPower;
  readonly identify: () => void;
  readonly saveClip: StationControl['saveClip'];
  /** Stops everything and starts it again with what the configuration then says; resolves when that is under way. */
  readonly restartProgram: () => Promise<void>;
  /** Puts everything back that somebody has set. */
  readonly forgetSettings: () => Promise<void>;
}

/** Has the station do what somebody may ask for. */
export class Control implements StationControl {
  readonly #deps: StationControlDeps;

  constructor(deps: StationControlDeps) {
    this.#deps = deps;
  }

  changeSettings(changes: SettingChanges): Promise<SettingsOutcome> {
    return this.#deps.settings.change(changes);
  }

  mute(change: Partial<Muted>): void {
    this.#deps.mute.set(change);
  }

  async restartSource(name: string): Promise<void> {
    const { sources } = this.#deps.programme;
    const source = sources.find((each) => each.name === name);
    if (source === undefined) throw unknown('source', name, sources);
    await source.feed.restart();
  }

  async restartCamera(name: string): Promise<void> {
    const { cameras } = this.#deps;
    const camera = cameras.find((each) => each.name === name);
    if (camera === undefined) throw unknown('camera', name, cameras);
    await camera.feed.restart();
  }

  identify(): void {
    this.#deps.identify();
  }

  saveClip(mount: string, seconds: number): Promise<{ readonly name: string; readonly seconds: number }> {
    this.#mount(mount);
    return this.#deps.saveClip(mount, seconds);
  }

  setNowPlaying(path: string, title: string): void {
    const mount = this.#mount(path);
    const active = mount.feeds.find(({ name }) => name === mount.activeSource);
    mount.setMetadata(title === '' && active !== undefined ? active.metadata : { title, artist: '' });
  }

  reboot(): Promise<void> {
    return this.#deps.power.reboot();
  }

  shutDown(): Promise<void> {
    return this.#deps.power.shutDown();
  }

  restartProgram(): Promise<void> {
    return this.#deps.restartProgram();
  }

  async resetToFactory(): Promise<void> {
    await this.#deps.forgetSettings();
    try {
      await this.#deps.power.reboot();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // Where nobody lets Pipit reboot the machine, starting itself again does as well.
      await this.#deps.restartProgram();
    }
  }

  #mount(path: string) {
    const { mounts } = this.#deps.programme;
    const mount = mounts.get(path);
    if (mount === undefined)
      throw unknown(
        'mount',
        path,
        [...mounts.keys()].map((name) => ({ name })),
      );
    return mount;
  }
}

function unknown(what: string, name: string, known: readonly { readonly name: string }[]): ConfigError {
  const names = known.map((each) => each.name).join(', ') || 'none';
  return new ConfigError(`station.unknown-${what}`, `There is no ${what} "${name.slice(0, 64)}"`, {
    remedy: `There is: ${names}.`,
  });
}
