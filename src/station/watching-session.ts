import type { CloseReason } from '../core/session.ts';
import type { Viewer } from '../frames/viewer.ts';
import type { SessionSubject } from '../telemetry/sessions/session-subject.ts';

/** A viewer, as its session sees it. */
export class WatchingSession implements SessionSubject {
  readonly kind = 'viewer';
  readonly place: string;
  readonly address: string;
  readonly userAgent: string;
  readonly transport: string;
  readonly codec = 'jpeg';
  readonly mediaSeconds = undefined;
  readonly findings = undefined;
  readonly #viewer: Viewer;
  #sentFrames = 0;

  /** @param place name of the camera */
  constructor(viewer: Viewer, place: string) {
    const { address, userAgent, transport } = viewer.info;
    this.place = place;
    this.address = address;
    this.userAgent = userAgent;
    this.transport = transport;
    this.#viewer = viewer;
  }

  get rung(): string {
    return `jpeg@${this.#viewer.stats.level}`;
  }

  get bytes(): number {
    return this.#viewer.stats.bytesSent;
  }

  get adaptations(): number {
    return this.#viewer.levelChanges;
  }

  get skippedUnits(): number {
    return this.#viewer.stats.skippedFrames;
  }

  /** How old the last picture was when it was handed over, where there was one since the last look. */
  latencyUs(): number | undefined {
    const { ageMs, sentFrames } = this.#viewer.stats;
    const isNew = sentFrames > this.#sentFrames;
    this.#sentFrames = sentFrames;
    return isNew && ageMs !== undefined ? Math.max(0, ageMs * 1000) : undefined;
  }

  get closeReason(): CloseReason {
    return this.#viewer.isStalled ? 'stalled' : 'left';
  }
}
