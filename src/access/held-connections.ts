import type { Clock, Timer } from '../core/clock.ts';

/** A connection, as far as it matters here. */
export interface HeldConnection {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

const SWEEP_MS = 10_000;

/**
 * Connections that last, and what each was let in for. A stream goes on for hours: when a guest's time is over, or the
 * password is another one, it ends too.
 */
export class HeldConnections implements Disposable {
  readonly #clock: Clock;
  readonly #isGood: (pass: string) => boolean;
  readonly #byPass = new Map<string, Set<HeldConnection>>();
  #timer: Timer | undefined;

  /** @param isGood whether who shows this pass would still be let in */
  constructor({ clock }: { clock: Clock }, isGood: (pass: string) => boolean) {
    this.#clock = clock;
    this.#isGood = isGood;
  }

  get size(): number {
    let count = 0;
    for (const held of this.#byPass.values()) count += held.size;
    return count;
  }

  hold(pass: string, connection: HeldConnection): void {
    const held = this.#byPass.get(pass) ?? new Set();
    // One that stays for its next request is there already.
    if (held.has(connection)) return;
    this.#byPass.set(pass, held.add(connection));
    connection.once('close', () => {
      held.delete(connection);
      if (held.size === 0 && this.#byPass.get(pass) === held) this.#byPass.delete(pass);
    });
    this.#timer ??= this.#clock.after(SWEEP_MS, () => this.#sweepAgain());
  }

  /** Ends those whose pass is not good any more. */
  sweep(): void {
    for (const [pass, held] of [...this.#byPass]) {
      if (this.#isGood(pass)) continue;
      this.#byPass.delete(pass);
      for (const connection of [...held]) connection.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#byPass.clear();
  }

  #sweepAgain(): void {
    this.#timer = undefined;
    this.sweep();
    if (this.#byPass.size > 0) this.#timer = this.#clock.after(SWEEP_MS, () => this.#sweepAgain());
  }
}
