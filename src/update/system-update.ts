import type { Clock, Timer } from '../core/clock.ts';
import { sleep } from '../core/clock.ts';
import { sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { BundleFolder, PartPlace } from './bundle-folder.ts';
import { isWebAddress, openDownload } from './download-bundle.ts';
import { followInstallation } from './follow-installation.ts';
import { lastUpdate } from './last-update.ts';
import type { Rauc } from './rauc.ts';
import { isBusy, noRauc, notDownloaded, older, otherMachine, refusalReport } from './refusals.ts';
import type { UpdateMarks } from './update-marks.ts';
import { downloading, IDLE, type UpdateReport, type UpdateStep } from './update-report.ts';

export interface InstallWishes {
  /** Also what is older than what runs. */
  readonly allowOlder?: boolean;
  /** Starts the machine again when it is installed. */
  readonly restart?: boolean;
}

export interface SystemUpdateDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly rauc: Pick<Rauc, 'activity' | 'compatible' | 'inspect' | 'install' | 'primary' | 'slots'>;
  /** Whether RAUC is on this machine at all. */
  readonly isThere: () => boolean;
  readonly folder: BundleFolder;
  readonly marks: Pick<UpdateMarks, 'isFresh' | 'reason' | 'wasInstalled'>;
  /** What runs. */
  readonly version: string;
  /** Below zero: `a` is older. Zero where they cannot be compared. */
  readonly compareVersions: (a: string, b: string) => number;
  /** Starts the machine again. */
  readonly reboot: () => Promise<void>;
  /** Something of it has changed. */
  readonly onChange?: (report: UpdateReport) => void;
  /** The system that runs was confirmed after an update. */
  readonly onInstalled?: (version: string) => void;
  /** An update was undone: told with each start. @param when it was installed, ISO 8601 */
  readonly onUndone?: (version: string, when: string) => void;
}

/** While a new system proves itself. */
const CONFIRM_LOOK_MS = 5_000;
/** Shows at once; RAUC then writes the new system from beginning to end. */
const BUSY: ReadonlySet<UpdateStep> = new Set(['downloading', 'checking', 'installing']);

/** Updates of the system as a whole: takes a file in or downloads it, has RAUC check and install it, and tells how far that is. */
export class SystemUpdate implements AsyncDisposable {
  readonly #deps: SystemUpdateDeps;
  readonly #stop = new AbortController();
  #report: UpdateReport = IDLE;
  #isAvailable = false;
  #work: Promise<void> = Promise.resolve();
  /** Of a file that comes in parts. */
  #upload: { totalBytes: number; wishes: InstallWishes; late: Timer | undefined } | undefined;
  /** The part of it that is on its way. */
  #part: AbortController | undefined;
  #confirming: Promise<void> = Promise.resolve();

  constructor(deps: SystemUpdateDeps) {
    this.#deps = deps;
  }

  /** False where there is no RAUC: then all else is refused. */
  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  get report(): UpdateReport {
    return this.#report;
  }

  get isBusy(): boolean {
    return BUSY.has(this.#report.step);
  }

  /** Finds out how it stands. Never fails: without RAUC there are no updates of this kind. */
  async start(): Promise<void> {
    const { log, rauc, folder, isThere } = this.#deps;
    if (!isThere()) return;
    try {
      const { isBusy: isInstalling } = await rauc.activity();
      this.#isAvailable = true;
      if (isInstalling) return this.#begin({ step: 'installing' }, () => this.#follow(undefined));
      await folder.clear();
      await this.#look();
    } catch (error) {
      log.warning(`updates are not possible: ${sentencesOf(refusalReport(error))}`);
    }
  }

  /**
   * Downloads a file and installs it, in the background.
   * @throws DeviceError `update.busy`, `update.none-here`; NetworkError `update.no-download` for what is no address
   */
  fetch(url: string, wishes: InstallWishes = {}): void {
    this.#mayBegin();
    if (!isWebAddress(url)) throw notDownloaded('is none of the web: it begins with https:// or http://');
    this.#begin({ step: 'downloading' }, () => this.#download(url, wishes));
  }

  /** Installs a file that is on this machine, in the background. It stays. @param path absolute */
  install(path: string, wishes: InstallWishes = {}): void {
    this.#mayBegin();
    this.#begin({ step: 'checking' }, () => this.#install(path, wishes));
  }

  /**
   * Takes a part of a file in: the first begins anew, each other one goes on where the last ended. With its last byte,
   * the file is installed in the background. One that comes while another is on its way takes its place: whoever sends it
   * has lost that connection, which may take minutes to end here.
   *
   * @returns how many bytes are there
   * @throws DeviceError `update.busy`, `update.none-here`, `update.too-large`, `update.no-space`, `update.gap`
   */
  async receive(bytes: AsyncIterable<Uint8Array>, place: PartPlace, wishes: InstallWishes = {}): Promise<number> {
    const { folder } = this.#deps;
    const upload = this.#upload;
    const part = new AbortController();
    if (place.offset === 0 || upload === undefined) {
      this.#mayBegin(upload !== undefined);
      this.#replacePart(part);
      upload?.late?.cancel();
      this.#upload = undefined;
      if (upload !== undefined) this.#set(IDLE);
      if (place.offset > 0) return 0;
      await folder.begin(place.totalBytes);
      this.#mustBeNewest(part);
      this.#upload = { totalBytes: place.totalBytes ?? Number.NaN, wishes, late: undefined };
    } else {
      this.#replacePart(part);
      upload.late?.cancel();
      const size = await folder.size();
      this.#mustBeNewest(part);
      if (place.offset !== size) {
        this.#awaitMore();
        return size;
      }
    }
    this.#set(downloading(place.offset, place.totalBytes));
    try {
      const count = await folder.add(
        bytes,
        place,
        (got) => {
          if (this.#part === part) this.#set(downloading(got, place.totalBytes));
        },
        AbortSignal.any([this.#stop.signal, part.signal]),
      );
      this.#mustBeNewest(part);
      if (place.totalBytes === undefined || count === place.totalBytes) this.#complete(wishes);
      else this.#awaitMore();
      return count;
    } catch (error) {
      this.#mustBeNewest(part);
      this.#upload = undefined;
      await folder.clear();
      this.#fail(error);
      throw error;
    }
  }

  /** Resolves when what is under way is done, whatever came of it. */
  settled(): Promise<void> {
    return this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#upload?.late?.cancel();
    await this.#work;
    await this.#confirming;
  }

  #mayBegin(isOwnUpload = false): void {
    if (!this.#isAvailable) throw noRauc();
    if (this.isBusy && !isOwnUpload) throw isBusy();
  }

  #replacePart(part: AbortController): void {
    this.#part?.abort();
    this.#part = part;
  }

  /** What another one has taken the place of leaves the file to that. @throws DeviceError `update.busy` */
  #mustBeNewest(part: AbortController): void {
    if (this.#part !== part) throw isBusy();
  }

  /** The last byte is here. */
  #complete(wishes: InstallWishes): void {
    this.#upload = undefined;
    const { folder } = this.#deps;
    this.#begin({ step: 'checking' }, () => this.#install(folder.file, wishes).finally(() => folder.clear()));
  }

  /** Who began to send a file may have gone. */
  #awaitMore(): void {
    const upload = this.#upload;
    if (upload === undefined) return;
    upload.late = this.#deps.clock.after(120_000, () => {
      this.#upload = undefined;
      this.#set(IDLE);
      this.#work = this.#deps.folder.clear();
    });
  }

  #begin(first: Pick<UpdateReport, 'step'>, work: () => Promise<void>): void {
    this.#set({ ...IDLE, ...first });
    this.#work = work().catch((error: unknown) => this.#fail(error));
  }

  async #download(url: string, wishes: InstallWishes): Promise<void> {
    const { folder } = this.#deps;
    const { signal } = this.#stop;
    try {
      using download = await openDownload(url, signal);
      const { totalBytes, bytes } = download;
      await folder.begin(totalBytes);
      const tell = (got: number) => this.#set(downloading(got, totalBytes));
      await folder.add(bytes, { offset: 0, totalBytes }, tell, signal);
      if (totalBytes !== undefined) await folder.mustHave(totalBytes);
      await this.#install(folder.file, wishes);
    } finally {
      await folder.clear();
    }
  }

  async #install(path: string, { allowOlder = false, restart = false }: InstallWishes): Promise<void> {
    const { rauc, version: running, compareVersions, log } = this.#deps;
    this.#set({ ...IDLE, step: 'checking' });
    const [{ compatible, version }, wanted] = await Promise.all([rauc.inspect(path), rauc.compatible()]);
    if (compatible !== wanted) throw otherMachine(wanted, compatible);
    if (!allowOlder && compareVersions(version, running) < 0) throw older(version, running);
    if (this.#stop.signal.aborted) return;
    log.notice(`installing the update to ${version}`);
    this.#set({ ...IDLE, step: 'installing', percent: 0, version });
    await rauc.install(path);
    await this.#follow(version);
    if (restart && this.#report.step === 'installed') await this.#deps.reboot();
  }

  async #follow(version: string | undefined): Promise<void> {
    const { log } = this.#deps;
    const tell = (percent: number) => this.#set({ ...IDLE, step: 'installing', percent, version });
    if (!(await followInstallation(this.#deps, tell, this.#stop.signal))) return;
    await this.#look();
    log.notice(
      `the update${version === undefined ? '' : ` to ${version}`} is installed, and counts from the next start on`,
    );
  }

  /** Tells what came of the last update, where nothing is under way. */
  async #look(): Promise<void> {
    const { log, onUndone } = this.#deps;
    const last = await lastUpdate(this.#deps);
    if (last.what === 'undone') log.warning(sentencesOf(last.report.problem));
    this.#set(last.report);
    if (last.what === 'undone') onUndone?.(last.slot.version ?? '', last.slot.installedAt ?? '');
    if (last.what === 'fresh') this.#confirming = this.#awaitConfirmation(last.slot.bootName);
  }

  async #awaitConfirmation(bootName: string): Promise<void> {
    const { clock, marks, log, onInstalled, version } = this.#deps;
    while (await sleep(clock, CONFIRM_LOOK_MS, this.#stop.signal)) {
      if (await marks.isFresh(bootName)) continue;
      log.notice(`the update to ${version} has proven itself`);
      if (this.#report.step === 'confirming') this.#set(IDLE);
      onInstalled?.(version);
      return;
    }
  }

  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const problem = refusalReport(error);
    this.#deps.log.warning(`the update failed: ${sentencesOf(problem)}`);
    this.#set({ step: 'failed', percent: undefined, version: this.#report.version, problem });
  }

  #set(report: UpdateReport): void {
    const { step, percent, version, problem } = this.#report;
    const isNews =
      step !== report.step || percent !== report.percent || version !== report.version || problem !== report.problem;
    this.#report = report;
    if (isNews) this.#deps.onChange?.(report);
  }
}
