import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { PipitError } from '../core/errors.ts';
import { compareVersions } from '../telemetry/release-version.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { BundleFolder } from './bundle-folder.ts';
import { FakeRauc } from './fake-rauc.testing.ts';
import { SystemUpdate } from './system-update.ts';
import { UpdateMarks } from './update-marks.ts';
import type { UpdateReport } from './update-report.ts';

/** An update of the system over a RAUC of the tests' own, its files in a folder that goes with it. */
export class UpdateFixture implements AsyncDisposable {
  readonly rauc = new FakeRauc();
  readonly log = new RecordingLog();
  readonly told: UpdateReport[] = [];
  readonly events: string[] = [];
  readonly root: string;
  readonly folder: BundleFolder;
  readonly update: SystemUpdate;
  /** The clock's timers do not keep a process alive. */
  readonly #alive = setInterval(() => {}, 1_000);

  private constructor(root: string, isThere: boolean) {
    this.root = root;
    this.folder = new BundleFolder(join(root, 'updates'));
    this.update = new SystemUpdate({
      // A hundred times as fast.
      clock: { nowUs: () => systemClock.nowUs() * 100, after: (ms, fn) => systemClock.after(ms / 100, fn) },
      log: this.log,
      rauc: this.rauc,
      isThere: () => isThere,
      folder: this.folder,
      marks: new UpdateMarks(root),
      version: '1.2.0',
      compareVersions,
      reboot: async () => void this.events.push('reboot'),
      onChange: (report) => this.told.push(report),
      onInstalled: (version) => this.events.push(`installed ${version}`),
      onUndone: (version) => this.events.push(`undone ${version}`),
    });
  }

  static async open({ isThere = true, prepare = async (_: string, __: FakeRauc) => {} } = {}): Promise<UpdateFixture> {
    const fixture = new UpdateFixture(await mkdtemp(join(tmpdir(), 'pipit-update-')), isThere);
    await prepare(fixture.root, fixture.rauc);
    await fixture.update.start();
    return fixture;
  }

  /** The steps that were told, without how far each was. */
  get steps(): readonly string[] {
    return this.told.map(({ step }) => step).filter((step, index, all) => step !== all[index - 1]);
  }

  get problem(): string | undefined {
    return this.update.report.problem?.code;
  }

  /** Sends a whole file as who uploads it. */
  send(bytes: Uint8Array, totalBytes?: number): Promise<number> {
    return this.update.receive(oneByOne(bytes), { offset: 0, totalBytes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.update[Symbol.asyncDispose]();
    clearInterval(this.#alive);
    await rm(this.root, { recursive: true, force: true });
  }
}

/** What comes in those pieces. */
export async function* oneByOne(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The code of the error that it ends with, or none. */
export async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as PipitError).code;
  }
  return 'none';
}
