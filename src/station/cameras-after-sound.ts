import type { Clock, Timer } from '../core/clock.ts';
import type { SourceStatus } from '../core/source-status.ts';

export interface CamerasAfterSoundDeps {
  readonly clock: Clock;
  /** Each source that was started. */
  readonly sources: () => readonly { readonly status: SourceStatus }[];
  readonly startCameras: () => void;
}

const LOOK_MS = 100;
/** A source that takes longer than this has trouble of its own. */
const LONGEST_MS = 20_000;
const LOADING: ReadonlySet<SourceStatus['state']> = new Set(['starting', 'opening']);

/**
 * Starts the cameras when no source is on its way any more: live, or without its device. Each process takes seconds of a
 * Zero 2 W to load, and sound comes first.
 */
export class CamerasAfterSound implements Disposable {
  readonly #deps: CamerasAfterSoundDeps;
  #timer: Timer | undefined;
  #leftMs = LONGEST_MS;

  constructor(deps: CamerasAfterSoundDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, sources, startCameras } = this.#deps;
    const isLoading = sources().some(({ status }) => LOADING.has(status.state));
    if (!isLoading || this.#leftMs <= 0) {
      startCameras();
      return;
    }
    this.#leftMs -= LOOK_MS;
    this.#timer = clock.after(LOOK_MS, () => this.start());
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}
