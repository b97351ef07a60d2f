import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ArrivalRate } from '../core/arrival-rate.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { NetworkError } from '../core/errors.ts';
import type { MeasuredSpeed, SpeedTestDeps, SpeedTestOptions } from './speed-test.ts';
import type { TransmitWatch } from './transmit-queue.ts';

/** Sent at once, before anything is known. */
const FIRST_BYTES = 32_000;
/** Arrives at once on a link that is rationed, and says nothing about it. */
const BURST_BYTES = 16_000;
/** On its way is what the link carries in this time, or in two round trips: so it is busy, and the end comes soon. */
const AHEAD_US = 300_000;
const LEAST_AHEAD_BYTES = 8_000;
/** The rate is taken for what the link carries once it has been busy for so long. */
const TRUSTED_US = 50_000;
/** Single portions; smaller ones are not worth their chunk's head. */
const PORTION_BYTES = 32_000;
const LEAST_PORTION_BYTES = 2_000;
/** Two packets may be acknowledged late (RFC 9293, 3.8.6.3); what is less than that is not on its way. */
const LATE_BYTES = 3_000;
/** A client that reads nothing for so long will not. */
const SILENT_US = 2_000_000;
/** How often to see whether there has been a look. */
const POLL_MS = 2;
/** Where nobody knows by then what has arrived, what the kernel has taken must do. */
const WITHOUT_LOOKS_US = 400_000;

type Outcome =
  | ({ readonly state: 'measured' } & MeasuredSpeed)
  | { readonly state: 'failed'; readonly error: NetworkError };

/** One test, under way. Bytes are counted on the connection, with what HTTP puts around them. */
export class SpeedTestRun {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly #clock: Clock;
  readonly #options: SpeedTestOptions;
  readonly #response: ServerResponse;
  readonly #padding = Buffer.alloc(PORTION_BYTES, '\r');
  readonly #rate = new ArrivalRate();
  readonly #resolve: (outcome: Outcome) => void;
  readonly #socket: Socket | null;
  readonly #watch: TransmitWatch | undefined;
  readonly #startUs: number;
  /** The last portions, of which not all is sure to have arrived: when each was sent, and the total after it. */
  readonly #sent: { readonly atUs: number; readonly bytes: number }[] = [];
  #handedBytes = 0;
  #arrivedBytes = 0;
  #asOfUs = 0;
  #movedUs = 0;
  #rttUs: number | undefined;
  #hasLooks: boolean | undefined;
  #timer: Timer | undefined;

  constructor({ clock, queues }: SpeedTestDeps, options: SpeedTestOptions, response: ServerResponse) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#clock = clock;
    this.#options = options;
    this.#response = response;
    this.#socket = response.socket;
    this.#startUs = clock.nowUs();
    this.#watch = this.#isGone ? undefined : queues.watch(this.#socket as Socket);
    this.#rate.note(this.#startUs, 0, false);
    response.once('close', this.#step);
    this.#step();
  }

  /** An answer that waits for another one on its connection has no socket yet: who sends such questions is not tested. */
  get #isGone(): boolean {
    return this.#socket === null || this.#socket.destroyed || this.#response.destroyed || this.#response.writableEnded;
  }

  /** On the connection, and not arrived. */
  get #aheadBytes(): number {
    return (this.#watch?.sentBytes ?? 0) - this.#arrivedBytes;
  }

  readonly #step = (): void => {
    this.#timer?.cancel();
    const nowUs = this.#clock.nowUs();
    if (this.#isGone) return this.#finish(nowUs);
    this.#look(nowUs);
    const { maxBytes, timeoutMs } = this.#options;
    const isAllThere = this.#handedBytes >= maxBytes && this.#aheadBytes <= LATE_BYTES;
    if (isAllThere || nowUs - this.#startUs >= timeoutMs * 1000) return this.#finish(nowUs);
    const carried = this.#rate.carried;
    if (carried?.isKnown) return this.#finish(nowUs);
    const isTrusted = carried !== undefined && carried.busyUs >= TRUSTED_US;
    this.#send(nowUs, isTrusted ? carried.bytesPerSecond : Number.POSITIVE_INFINITY);
    const leftMs = timeoutMs - (nowUs - this.#startUs) / 1000;
    this.#timer = this.#clock.after(Math.min(POLL_MS, leftMs), this.#step);
  };

  /** Notes what has arrived, when that is news. */
  #look(nowUs: number): void {
    const acknowledged = this.#watch?.acknowledgedBytes;
    this.#hasLooks ??= acknowledged !== undefined ? true : nowUs - this.#startUs > WITHOUT_LOOKS_US ? false : undefined;
    if (this.#hasLooks === undefined) return;
    const arrived = this.#hasLooks ? (acknowledged ?? 0) : this.#takenBytes;
    const asOfUs = this.#hasLooks ? (this.#watch?.asOfUs ?? 0) : nowUs;
    if (asOfUs <= this.#asOfUs) return;
    this.#asOfUs = asOfUs;
    if (arrived > this.#arrivedBytes) this.#movedUs = asOfUs;
    this.#arrivedBytes = arrived;
    if (arrived > 0 && this.#hasLooks) this.#rttUs ??= asOfUs - this.#startUs;
    this.#rate.note(asOfUs, arrived, this.#isBehind(asOfUs));
  }

  /** Something has not arrived by then that was sent a round trip before: the link was busy with what came earlier. */
  #isBehind(asOfUs: number): boolean {
    if (!this.#hasLooks) return (this.#socket?.writableLength ?? 0) > 0;
    while (this.#sent[0] !== undefined && this.#sent[0].bytes <= this.#arrivedBytes + LATE_BYTES) this.#sent.shift();
    const [oldest] = this.#sent;
    return oldest !== undefined && this.#rttUs !== undefined && oldest.atUs < asOfUs - this.#rttUs;
  }

  /** What has arrived lies with the client's kernel, and nobody fetches it: that is no measure of the link. */
  get #isSilent(): boolean {
    return this.#watch?.isWindowClosed === true && this.#asOfUs - this.#movedUs >= SILENT_US;
  }

  /** What the kernel has taken. */
  get #takenBytes(): number {
    return (this.#watch?.sentBytes ?? 0) - (this.#socket?.writableLength ?? 0);
  }

  /**
   * Twice as much each time that all has arrived, until the rate is known.
   *
   * @param rate bytes a second
   */
  #send(nowUs: number, rate: number): void {
    const { maxBytes } = this.#options;
    const aheadUs = Math.max(AHEAD_US, 2 * (this.#rttUs ?? 0));
    const ahead = Math.max(LEAST_AHEAD_BYTES, (rate * aheadUs) / 1e6);
    const grown = FIRST_BYTES + 2 * Math.max(0, this.#arrivedBytes - BURST_BYTES);
    let room = Math.floor(Math.min(maxBytes, grown, this.#arrivedBytes + ahead)) - this.#handedBytes;
    while (room >= LEAST_PORTION_BYTES || (room > 0 && this.#handedBytes + room >= maxBytes)) {
      const portion = Math.min(room, PORTION_BYTES);
      this.#response.write(this.#padding.subarray(0, portion));
      this.#handedBytes += portion;
      room -= portion;
      this.#sent.push({ atUs: nowUs, bytes: this.#watch?.sentBytes ?? 0 });
    }
  }

  #finish(nowUs: number): void {
    const isGone = this.#isGone;
    this.#response.off('close', this.#step);
    this.#watch?.unwatch();
    const carried = this.#isSilent ? undefined : this.#rate.carried;
    if (isGone) this.#resolve({ state: 'failed', error: goneError() });
    else if (carried === undefined || carried.bytesPerSecond === 0)
      this.#resolve({ state: 'failed', error: silentError(this.#options.timeoutMs) });
    else
      this.#resolve({
        state: 'measured',
        mbps: (carried.bytesPerSecond * 8) / 1e6,
        isLowerBound: carried.isLowerBound,
        bytes: this.#handedBytes,
        tookMs: (nowUs - this.#startUs) / 1000,
        rttMs: this.#rttUs === undefined ? undefined : this.#rttUs / 1000,
      });
  }
}

function goneError(): NetworkError {
  return new NetworkError('outputs.client-gone', 'The client left before its link was known', {
    remedy: 'Let the test run to its end: it takes a few seconds at most.',
  });
}

function silentError(limitMs: number): NetworkError {
  return new NetworkError(
    'outputs.client-silent',
    `The client has not taken enough to tell within ${limitMs / 1000} s`,
    {
      remedy: 'See whether it is still connected and reads what it is sent, and test again.',
    },
  );
}
