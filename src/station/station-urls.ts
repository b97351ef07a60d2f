import { networkInterfaces } from 'node:os';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

/** How to reach this machine, the way for others last: by its address on the LAN when it listens there. */
export function stationUrls(host: string, port: number): string[] {
  if (!isEverywhere(host)) return [`http://${host.includes(':') ? `[${host}]` : host}:${port}/`];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => `http://${address}:${port}/`);
  return [`http://localhost:${port}/`, ...addresses];
}

export interface StationUrlsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** By which it is found on its own network; undefined where nobody gives it one. */
  readonly localName: () => Promise<string | undefined>;
}

const LOOK_MS = 60_000;
/** So soon after an address has come, names have been fought out. */
const SETTLED_MS = 5_000;

/**
 * Says where the page is when that is known: sound starts before there is a network, and its name on it may get a number
 * since another machine has it.
 */
export class UrlTeller implements Disposable {
  readonly #deps: StationUrlsDeps;
  readonly #host: string;
  readonly #port: number;
  readonly #told: Set<string>;
  #seen = '';
  #timer: Timer | undefined;
  #isStopped = false;

  /** @param told what has been said already */
  constructor(deps: StationUrlsDeps, host: string, port: number, told: readonly string[] = []) {
    this.#deps = deps;
    this.#host = host;
    this.#port = port;
    this.#told = new Set(told);
  }

  start(): void {
    if (!isEverywhere(this.#host)) return;
    const urls = stationUrls(this.#host, this.#port);
    const isNew = urls.join() !== this.#seen;
    this.#seen = urls.join();
    for (const url of urls) this.#tell(url);
    if (isNew && urls.length > 1) this.#timer = this.#deps.clock.after(SETTLED_MS, () => void this.#tellName());
    else this.#again();
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #tellName(): Promise<void> {
    const name = await this.#deps.localName();
    if (this.#isStopped) return;
    if (name !== undefined) this.#tell(`http://${name}:${this.#port}/`);
    this.#again();
  }

  #tell(url: string): void {
    if (this.#told.has(url)) return;
    this.#told.add(url);
    this.#deps.log.notice(`open ${url}`);
  }

  #again(): void {
    this.#timer = this.#deps.clock.after(LOOK_MS, () => this.start());
  }
}

function isEverywhere(host: string): boolean {
  return host === '::' || host === '0.0.0.0';
}
