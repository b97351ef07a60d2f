/** Values of settings by their dotted names: `metadata.station_name`, `source.mic.gain_db`. */
export type SettingChanges = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[] | null>
>;

/** What has become of changed settings. */
export interface SettingsOutcome {
  /** Dotted names of what changed and is in effect. */
  readonly live: readonly string[];
  /** Of what takes effect at the next start. */
  readonly restart: readonly string[];
}

/**
 * What the page, MQTT and the buttons may have the station do. Whoever calls has checked that the person may. Each
 * refuses with a PipitError that says what was wrong and what to do, and then nothing has changed.
 */
export interface StationControl {
  /**
   * Changes settings and keeps them; null takes a key out, so that its default holds.
   * @throws ConfigError `config.refused` when the whole would not be valid, DeviceError when it can't be written
   */
  changeSettings(changes: SettingChanges): Promise<SettingsOutcome>;
  /** @throws PipitError when it can't be kept */
  mute(change: { readonly camera?: boolean; readonly microphone?: boolean }): void;
  /** @throws ConfigError `station.unknown-source` */
  restartSource(name: string): Promise<void>;
  /** @throws ConfigError `station.unknown-camera` */
  restartCamera(name: string): Promise<void>;
  /** Shows which box this is: blinks the LED for a while. */
  identify(): void;
  /**
   * Writes the last seconds of a mount into a file below data_dir.
   * @returns its name, for `/clips/NAME`
   */
  saveClip(mount: string, seconds: number): Promise<{ readonly name: string; readonly seconds: number }>;
  /** What listeners are told is playing, until the source tells something else; empty: what the source tells. */
  setNowPlaying(mount: string, title: string): void;
  /** @throws DeviceError `hardware.not-allowed` where the system does not let Pipit do it */
  reboot(): Promise<void>;
  shutDown(): Promise<void>;
  /** Starts the program again, by the exit code that systemd restarts after. */
  restartProgram(): Promise<void>;
  /** Puts settings, password and tokens back to what a new card has, and reboots. What was recorded stays. */
  resetToFactory(): Promise<void>;
}

/** Who may do what: each includes those before it. */
export const SCOPES = ['none', 'read', 'control', 'admin'] as const;

/**
 * none: anybody; read: listens, watches, reads figures; control: mutes, restarts a source, saves a clip; admin: changes
 * settings, passwords, tokens and the network.
 */
export type Scope = (typeof SCOPES)[number];

/** True when `has` is enough where `needs` is asked for. */
export function isEnough(has: Scope, needs: Scope): boolean {
  return SCOPES.indexOf(has) >= SCOPES.indexOf(needs);
}
