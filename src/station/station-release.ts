import { ReleaseCheck } from '../telemetry/release-check.ts';
import type { ReleaseAnswer } from '../web/release-routes.ts';
import type { HouseDeps, HousePart } from './house.ts';

/** Newer versions as a part of the house. */
export class StationRelease implements HousePart {
  readonly #check: ReleaseCheck;
  readonly #version: string;

  /** @param version what runs */
  constructor(deps: Pick<HouseDeps, 'clock' | 'log' | 'random' | 'settings' | 'wallTime'>, version: string) {
    const { clock, log, random, settings, wallTime } = deps;
    this.#version = version;
    this.#check = new ReleaseCheck(
      { clock, log: log.room('release'), random, wallTime, version },
      () => settings().advanced,
    );
  }

  start(): Promise<void> {
    return this.#check.start();
  }

  configure(): void {
    this.#check.configure();
  }

  /** The newest version there is; undefined: nobody has told. */
  get latest(): { readonly version: string; readonly url: string; readonly bundle: string } | undefined {
    const { latest, url, bundle } = this.#check.report;
    return latest === undefined ? undefined : { version: latest, url, bundle };
  }

  /** As the API has it. */
  get answer(): ReleaseAnswer {
    const { isOn, latest, isNewer, url, checkedAt, problem } = this.#check.report;
    return {
      installed: this.#version,
      enabled: isOn,
      latest: latest ?? null,
      newer: isNewer,
      url,
      checked_at: checkedAt?.toISOString() ?? null,
      problem: problem ?? null,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#check[Symbol.asyncDispose]();
  }
}
