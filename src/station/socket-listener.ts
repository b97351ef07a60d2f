import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { Listener } from '../broadcast/listener.ts';
import type { QualityMode } from '../core/quality-level.ts';
import type { Rung } from '../core/rung.ts';
import type { TransmitWatch } from '../outputs/transmit-queue.ts';
import type { ConnectionFacts, SteeredListener } from '../quality/steered-listener.ts';

/** A listener on a socket, as the loop over all listeners sees and steers it. */
export class SocketListener implements SteeredListener {
  readonly id: number;
  readonly address: string;
  readonly quality: QualityMode;
  readonly #listener: Listener;
  readonly #broadcaster: Broadcaster;
  readonly #watch: TransmitWatch;
  readonly #facts: () => ConnectionFacts | undefined;

  constructor(
    listener: Listener,
    broadcaster: Broadcaster,
    watch: TransmitWatch,
    facts: () => ConnectionFacts | undefined,
  ) {
    const { id, address, quality } = listener.info;
    this.id = id;
    this.address = address;
    this.quality = quality;
    this.#listener = listener;
    this.#broadcaster = broadcaster;
    this.#watch = watch;
    this.#facts = facts;
  }

  get rung(): Rung {
    return this.#listener.rung;
  }

  get nextRung(): Rung | undefined {
    return this.#listener.nextRung;
  }

  get sentBytes(): number {
    return this.#watch.sentBytes;
  }

  get acknowledgedBytes(): number | undefined {
    return this.#watch.acknowledgedBytes;
  }

  get asOfUs(): number | undefined {
    return this.#watch.asOfUs;
  }

  get sentMediaUs(): number {
    return this.#listener.sentMediaUs;
  }

  get lagUs(): number {
    return this.#listener.lagUs;
  }

  get isBlocked(): boolean {
    return this.#listener.isBlocked;
  }

  get isReceiverLimited(): boolean {
    return this.#watch.isWindowClosed;
  }

  get facts(): ConnectionFacts | undefined {
    return this.#facts();
  }

  switchTo(rung: Rung): void {
    this.#broadcaster.switchRung(this.#listener, rung);
  }

  allow(bytes: number): void {
    this.#broadcaster.allow(this.#listener, bytes);
  }

  keepReady(rung: Rung): void {
    this.#broadcaster.keepReady(rung);
  }

  closeStalled(): void {
    this.#broadcaster.closeStalled(this.#listener);
  }
}
