import type { ListenerSight } from './listener-sight.ts';

export interface ClientBufferOptions {
  /** Sound that it is sent at once. */
  readonly burstS: number;
}

/** What a player waits for before it begins. */
const START_US = 2_000_000;
/** … even where it is sent less at once: nobody plays from an empty buffer. */
const LEAST_START_US = 250_000;

/**
 * The server's view of a player's buffer: sound that has arrived less sound that has been played. The live edge bounds
 * it: sound is there either with the player, or on its way, or still in the ring, and the sum only grows by stalls.
 * Times in microseconds.
 */
export class ClientBuffer {
  readonly #startUs: number;
  /** It plays: since when, and what had been played by then. */
  #playsSinceUs: number | undefined;
  #playedUs = 0;
  #stalledSinceUs: number | undefined;
  #isPaused = false;
  #stalledUs = 0;
  #stalls = 0;
  #bufferUs = 0;
  #mostUs: number;
  /** The moment of the figures before. */
  #asOfUs: number | undefined;

  constructor({ burstS }: ClientBufferOptions) {
    this.#startUs = Math.max(LEAST_START_US, Math.min(START_US, burstS * 1e6));
    this.#mostUs = burstS * 1e6;
  }

  /** Sound that the player has in hand, seconds. */
  get seconds(): number {
    return this.#bufferUs / 1e6;
  }

  /** What it would have in hand if all that there is had arrived, seconds. */
  get mostSeconds(): number {
    return this.#mostUs / 1e6;
  }

  get isPlaying(): boolean {
    return this.#playsSinceUs !== undefined;
  }

  /** Times that it ran dry, and for how long in all, seconds. */
  get stalls(): number {
    return this.#stalls;
  }

  get stalledSeconds(): number {
    return this.#stalledUs / 1e6;
  }

  /**
   * @param asOfUs of which moment the figures of arrival are
   * @param arrivedUs sound that had arrived by then
   * @param resumeUs what it needs to play again after it ran dry
   */
  observe(sight: ListenerSight, asOfUs: number, arrivedUs: number, resumeUs: number): void {
    if (this.#playsSinceUs !== undefined) {
      const playedUs = this.#playedUs + Math.max(0, asOfUs - this.#playsSinceUs);
      if (playedUs > arrivedUs) this.#runDry(sight, asOfUs - (playedUs - arrivedUs), arrivedUs);
      else this.#bufferUs = arrivedUs - playedUs;
    }
    if (this.#playsSinceUs === undefined) this.#wait(asOfUs, arrivedUs, resumeUs);
    this.#asOfUs = asOfUs;
    this.#mostUs = this.#bufferUs + Math.max(0, sight.sentMediaUs - arrivedUs) + sight.lagUs;
  }

  /** A player that takes nothing off a connection with sound in it has been paused: that is no stall. */
  #runDry(sight: ListenerSight, dryUs: number, arrivedUs: number): void {
    this.#playsSinceUs = undefined;
    this.#playedUs = arrivedUs;
    this.#stalledSinceUs = dryUs;
    this.#isPaused = sight.isReceiverLimited === true;
    if (!this.#isPaused) this.#stalls += 1;
  }

  #wait(asOfUs: number, arrivedUs: number, resumeUs: number): void {
    this.#bufferUs = Math.max(0, arrivedUs - this.#playedUs);
    const needUs = this.#stalledSinceUs === undefined ? this.#startUs : Math.min(START_US, resumeUs);
    if (this.#stalledSinceUs !== undefined && !this.#isPaused) {
      this.#stalledUs += Math.max(0, asOfUs - this.#stalledSinceUs);
      this.#stalledSinceUs = Math.max(asOfUs, this.#stalledSinceUs);
    }
    if (this.#bufferUs < needUs) return;
    // Enough may have been there since right after the look before: better too early than too late.
    const sinceUs = this.#asOfUs ?? asOfUs;
    this.#playsSinceUs = asOfUs;
    this.#playedUs += Math.min(
      this.#bufferUs,
      Math.max(0, asOfUs - Math.max(sinceUs, this.#stalledSinceUs ?? sinceUs)),
    );
    this.#bufferUs = arrivedUs - this.#playedUs;
    this.#stalledSinceUs = undefined;
    this.#isPaused = false;
  }
}
