import type { Clock } from '../core/clock.ts';

/** So many changes at once … */
const BURST = 20;
/** … and then one in this time. */
const EVERY_US = 3_000_000;
const MAX_ADDRESSES = 500;

/**
 * How often one address may change something without the password: each change is written to the card at once, while
 * everything else waits.
 */
export class DeviceChangePace {
  readonly #clock: Clock;
  /** When an address will have all its changes again (ITU-T I.371, the generic cell rate algorithm); longest unused first. */
  readonly #fullUs = new Map<string, number>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Takes one change. Seconds to wait when there is none left; 0: go on. */
  take(address: string): number {
    const nowUs = this.#clock.nowUs();
    const beforeUs = Math.max(nowUs, this.#fullUs.get(address) ?? nowUs);
    const waitUs = beforeUs + EVERY_US - nowUs - BURST * EVERY_US;
    this.#fullUs.delete(address);
    this.#fullUs.set(address, waitUs > 0 ? beforeUs : beforeUs + EVERY_US);
    if (this.#fullUs.size > MAX_ADDRESSES) this.#fullUs.delete(this.#fullUs.keys().next().value as string);
    return Math.ceil(Math.max(0, waitUs) / 1e6);
  }
}
