import type { Clock, Timer } from '../core/clock.ts';

/** What can be opened and closed. */
export interface Openable {
  start(): void;
  stop(): Promise<void>;
}

export interface CameraLeaseOptions {
  /** So long after the last hold was let go, the camera is closed … */
  readonly idleCloseMs: number;
  /** … unless this is true. */
  readonly keepOpen: boolean;
}

/** A camera is open while somebody holds it and nobody has locked it, and for a while afterwards. */
export class CameraLease implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #camera: Openable;
  readonly #options: CameraLeaseOptions;
  #holds = 0;
  #isLocked = false;
  #isEnded = false;
  #isOpen = false;
  #idle: Timer | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor({ clock, camera }: { clock: Clock; camera: Openable }, options: CameraLeaseOptions) {
    this.#clock = clock;
    this.#camera = camera;
    this.#options = options;
  }

  /** Somebody holds it, or it is kept open. */
  get isWanted(): boolean {
    return this.#options.keepOpen || this.#holds > 0;
  }

  /** It is open, or on its way. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens the camera, where it is kept open. */
  start(): void {
    if (this.isWanted) this.#open();
  }

  /** Opens the camera until the function that is returned has been called; twice is once. */
  hold(): () => void {
    this.#holds += 1;
    this.#open();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      // A connection may end after the camera has.
      if (this.isWanted || !this.#isOpen) return;
      this.#idle?.cancel();
      this.#idle = this.#clock.after(this.#options.idleCloseMs, () => void this.#close());
    };
  }

  /** Closes the camera whoever holds it, and resolves when it is closed; or lets it be opened again. */
  async lock(isLocked: boolean): Promise<void> {
    this.#isLocked = isLocked;
    if (isLocked) await this.#close();
    else this.start();
  }

  /** Closes the camera for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    await this.#close();
  }

  #open(): void {
    this.#idle?.cancel();
    if (this.#isEnded || this.#isLocked || this.#isOpen) return;
    this.#isOpen = true;
    // While it is being closed it has not let go of its device yet.
    void this.#closing.then(() => {
      if (this.#isOpen) this.#camera.start();
    });
  }

  #close(): Promise<void> {
    this.#idle?.cancel();
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#closing = this.#closing.then(() => this.#camera.stop());
    }
    return this.#closing;
  }
}
