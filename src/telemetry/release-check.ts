import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { compareVersions, isVersion } from './release-version.ts';
import { fetchFollowing, UplinkProblem } from './uplink-fetch.ts';

export interface ReleaseCheckDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly wallTime: () => Date;
  /** What runs. */
  readonly version: string;
}

/** As they are now. */
export interface ReleaseCheckSettings {
  readonly checkReleases: boolean;
  /** Where JSON with the keys version, url and bundle is; empty: nowhere. */
  readonly releaseUrl: string;
}

/** What is known of newer versions. */
export interface ReleaseReport {
  /** Whether anybody is asked. */
  readonly isOn: boolean;
  /** The newest version there is; undefined while it is not known. */
  readonly latest: string | undefined;
  /** Where it is told of; empty where nobody says. */
  readonly url: string;
  /** Where its update for the image is; empty where nobody says. */
  readonly bundle: string;
  readonly isNewer: boolean;
  /** When somebody answered last. */
  readonly checkedAt: Date | undefined;
  /** Why the last question brought nothing. */
  readonly problem: string | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** After a question that brought nothing: a box may be there before its network. */
const RETRY_MS = 60 * 60 * 1000;
/** Boxes that get their power back together do not all ask at once. */
const FIRST_MS = 60_000;
const LIMIT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** Asks once a day whether there is a newer version, if that is wanted; otherwise nobody is asked anything. */
export class ReleaseCheck implements AsyncDisposable {
  readonly #deps: ReleaseCheckDeps;
  readonly #settings: () => ReleaseCheckSettings;
  #asked: ReleaseCheckSettings = { checkReleases: false, releaseUrl: '' };
  #timer: Timer | undefined;
  #stop = new AbortController();
  #asking: Promise<void> = Promise.resolve();
  #isEnded = false;
  #found: (Release & { readonly at: Date }) | undefined;
  #problem: string | undefined;

  constructor(deps: ReleaseCheckDeps, settings: () => ReleaseCheckSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  get report(): ReleaseReport {
    const found = this.#found;
    return {
      isOn: this.#isOn,
      latest: found?.version,
      url: found?.url ?? '',
      bundle: found?.bundle ?? '',
      isNewer: found !== undefined && compareVersions(found.version, this.#deps.version) > 0,
      checkedAt: found?.at,
      problem: this.#problem,
    };
  }

  async start(): Promise<void> {
    this.#follow(this.#deps.random() * FIRST_MS);
  }

  /** Takes changed settings over: who switches it on is answered soon. */
  configure(): void {
    const { checkReleases, releaseUrl } = this.#settings();
    if (checkReleases !== this.#asked.checkReleases || releaseUrl !== this.#asked.releaseUrl) this.#follow(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#stop.abort();
    await this.#asking;
  }

  get #isOn(): boolean {
    return this.#asked.checkReleases && this.#asked.releaseUrl !== '';
  }

  #follow(inMs: number): void {
    const { checkReleases, releaseUrl } = this.#settings();
    this.#asked = { checkReleases, releaseUrl };
    this.#timer?.cancel();
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#found = undefined;
    this.#problem = undefined;
    if (this.#isOn && !this.#isEnded) this.#askIn(inMs);
  }

  #askIn(ms: number): void {
    const { signal } = this.#stop;
    this.#timer = this.#deps.clock.after(ms, () => {
      this.#asking = this.#asking.then(() => this.#ask(this.#asked.releaseUrl, signal));
    });
  }

  async #ask(url: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, log, version, wallTime } = this.#deps;
    const limit = new AbortController();
    const timer = clock.after(LIMIT_MS, () => limit.abort());
    try {
      const text = await textOf(await fetchFollowing(url, AbortSignal.any([signal, limit.signal])));
      if (signal.aborted) return;
      const release = releaseIn(text);
      const isNews = release.version !== this.#found?.version && compareVersions(release.version, version) > 0;
      this.#found = { ...release, at: wallTime() };
      this.#problem = undefined;
      if (isNews) log.notice(`there is a newer Pipit: ${release.version}`);
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof UplinkProblem ? error.message : 'breaks off';
      if (problem !== this.#problem) log.info(`advanced.release_url ${problem}: it is asked again in an hour`);
      this.#problem = problem;
    } finally {
      timer.cancel();
    }
    this.#askIn(this.#problem === undefined ? DAY_MS : RETRY_MS);
  }
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the stream.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new UplinkProblem('sends too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Release {
  readonly version: string;
  readonly url: string;
  readonly bundle: string;
}

function releaseIn(text: string): Release {
  let told: { readonly version?: unknown; readonly url?: unknown; readonly bundle?: unknown } | null;
  try {
    told = JSON.parse(text);
  } catch (cause) {
    throw new UplinkProblem('sends no JSON', { cause });
  }
  const version = told?.version;
  if (typeof version !== 'string' || !isVersion(version)) throw new UplinkProblem('names no version');
  return { version: version.replace(/^v/, ''), url: addressIn(told?.url), bundle: addressIn(told?.bundle) };
}

/** Empty where it is no address of the web. */
function addressIn(told: unknown): string {
  return typeof told === 'string' && told.length <= 2048 && /^https?:\/\//i.test(told) && URL.canParse(told)
    ? told
    : '';
}
