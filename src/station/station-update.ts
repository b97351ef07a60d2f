import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timer } from '../core/clock.ts';
import { runProgram } from '../hardware/system-program.ts';
import type { SystemUpdateChoice } from '../telemetry/mqtt/station-messages.ts';
import { compareVersions, isVersion } from '../telemetry/release-version.ts';
import { BundleFolder } from '../update/bundle-folder.ts';
import { RAUC_CONFIGURATION, Rauc } from '../update/rauc.ts';
import { SystemUpdate, type SystemUpdateDeps } from '../update/system-update.ts';
import { UpdateMarks } from '../update/update-marks.ts';
import type { UpdateAnswer } from '../web/update-schemas.ts';
import type { HouseDeps, HousePart } from './house.ts';

export interface StationUpdateDeps extends Pick<HouseDeps, 'clock' | 'log' | 'events'> {
  /** What runs. */
  readonly version: string;
  /** The newest version there is and its file; undefined: nobody has told. */
  readonly latest: () => { readonly version: string; readonly bundle: string } | undefined;
  readonly control: Pick<HouseDeps['control'], 'reboot'>;
  /** For tests: another RAUC than that of this machine. */
  readonly machine?: Pick<SystemUpdateDeps, 'rauc' | 'isThere' | 'marks'>;
}

/** Most of what starts with the machine is there by then, and has the processor for itself until then. */
const FIRST_LOOK_MS = 15_000;
const NEXT_LOOK_MS = 60_000;
/** Below the data directory. */
const FOLDER = 'updates';
/** When the last update was installed of which it was told that it was undone. */
const TOLD_FILE = 'update-undone';

/** Updates of the whole system as a part of the house: absent where there is no RAUC. */
export class StationUpdate implements HousePart {
  readonly system: SystemUpdate;
  readonly #deps: StationUpdateDeps;
  readonly #isThere: () => boolean;
  #look: Timer | undefined;
  #isOver = false;

  constructor(deps: StationUpdateDeps, dataDir: string) {
    this.#deps = deps;
    const { clock, log, events, version } = deps;
    const machine = { ...machineUpdate(), ...deps.machine };
    this.#isThere = machine.isThere;
    this.system = new SystemUpdate({
      ...machine,
      clock,
      log: log.room('update'),
      folder: new BundleFolder(join(dataDir, FOLDER)),
      version,
      reboot: () => deps.control.reboot(),
      onInstalled: (installed) => events.emit('update_installed', '', installed),
      onUndone: (undone, when) => void this.#tellUndone(undone, when, join(dataDir, TOLD_FILE)),
    });
  }

  /** Nothing waits for RAUC, which has to be started for it. */
  start(): Promise<void> {
    if (this.#isThere()) this.#lookAfter(FIRST_LOOK_MS);
    return Promise.resolve();
  }

  configure(): void {
    // It has no settings.
  }

  /** As the API has it. */
  get answer(): UpdateAnswer {
    const { version: installed, latest } = this.#deps;
    const { step, percent, version, problem } = this.system.report;
    const { version: newest, bundle = '' } = latest() ?? {};
    return {
      available: this.system.isAvailable,
      installed,
      state: step,
      percent: percent ?? null,
      version: version ?? null,
      problem: problem ?? null,
      latest: bundle === '' || newest === undefined ? null : { version: newest, url: bundle },
    };
  }

  /** As MQTT has it. */
  get choice(): SystemUpdateChoice | undefined {
    if (!this.#isThere()) return undefined;
    const { system } = this;
    return { isBusy: system.isBusy, percent: system.report.percent, install: () => this.#installLatest() };
  }

  /** Again and again until RAUC answers: D-Bus may not be there yet. */
  #lookAfter(ms: number): void {
    this.#look = this.#deps.clock.after(ms, () => {
      void this.system.start().then(() => {
        if (!this.system.isAvailable && !this.#isOver) this.#lookAfter(NEXT_LOOK_MS);
      });
    });
  }

  #installLatest(): boolean {
    const { bundle = '' } = this.#deps.latest() ?? {};
    if (bundle === '') return false;
    this.system.fetch(bundle, { restart: true });
    return true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#look?.cancel();
    return this.system[Symbol.asyncDispose]();
  }

  /** Once for each update, however often the station starts. */
  async #tellUndone(version: string, when: string, file: string): Promise<void> {
    const { events, log } = this.#deps;
    const told = await readFile(file, 'utf8').catch(() => undefined);
    if (told?.trim() === when) return;
    events.emit('update_undone', '', version);
    await writeFile(file, `${when}\n`).catch((error: Error) =>
      log.info(`${file} can not be written: ${error.message}`),
    );
  }
}

/** RAUC of this machine, and how versions are compared. */
export function machineUpdate(): Pick<SystemUpdateDeps, 'rauc' | 'isThere' | 'marks' | 'compareVersions'> {
  return {
    rauc: new Rauc(runProgram),
    isThere: () => existsSync(RAUC_CONFIGURATION),
    marks: new UpdateMarks(),
    compareVersions: (a, b) => (isVersion(a) && isVersion(b) ? compareVersions(a, b) : 0),
  };
}
