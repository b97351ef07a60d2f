import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { type Rung, rungsOf } from '../core/rung.ts';
import { ListenerQuality } from './listener-quality.ts';
import type { ListenerOrder, ListenerSight, SwitchReason } from './listener-sight.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

export interface SimulatedLinkOptions {
  /** What the link carries at that moment, kbit/s. */
  readonly kbps: (atS: number) => number;
  readonly burstS?: number;
  /** Sound is published in pieces of so much. */
  readonly chunkS?: number;
  readonly rttS?: number;
  /** What a router lets through at once after a pause. */
  readonly bucketBytes?: number;
  /** What the player holds besides what it plays; the rest waits in the connection. */
  readonly playerBytes?: number;
  readonly areArrivalsKnown?: boolean;
  /** How old a look is that is taken while it is calm. */
  readonly calmAgeS?: number;
  /** Between two looks while it is alert. */
  readonly alertS?: number;
  readonly startKbps?: number;
  readonly preferQuality?: boolean;
  readonly settings?: Partial<QuickSyncSettings>;
  /** The player takes nothing, and keeps its connection: from when to when. */
  readonly pause?: readonly [fromS: number, toS: number];
  /** What else is seen at that moment. */
  readonly facts?: (atS: number) => Partial<ListenerSight>;
}

export interface Move {
  readonly atS: number;
  readonly from: number;
  readonly to: number;
  readonly reason: SwitchReason;
}

const STEP_S = 0.01;
const FRAME_S = 0.024;
const CALM_S = 1;
/** What a look tells is so old. */
const AGE_S = 0.02;
const KERNEL_BYTES = 262_144;
const PLAYER_START_S = 2;

/** A live stream, a link, and a player that gathers two seconds before it plays: the controller's surroundings. */
export class SimulatedLink {
  readonly quality: ListenerQuality;
  readonly moves: Move[] = [];
  readonly looks: { readonly atS: number; readonly order: ListenerOrder; readonly bufferS: number }[] = [];
  nowS = 0;
  stalls = 0;
  stalledS = 0;
  playedS = 0;
  playedKbit = 0;
  /** Sound that the player has in hand, seconds. */
  bufferS = 0;
  order: ListenerOrder | undefined;
  readonly #options: Required<SimulatedLinkOptions>;
  /** What waits in the kernel: bytes of each rate, oldest first; and what the player has. */
  readonly #kernel: { kbps: number; bytes: number }[] = [];
  readonly #player: { kbps: number; bytes: number }[] = [];
  readonly #deliveredAt: number[] = [0];
  #kernelBytes = 0;
  #playerBytes = 0;
  #delivered = 0;
  #tokens = 0;
  #sentBytes = 0;
  #sentS = 0;
  #allowance = 0;
  #nextLookS = 0;
  #isPlaying = false;
  #hasPlayed = false;

  constructor(options: SimulatedLinkOptions) {
    this.#options = {
      burstS: 2,
      chunkS: 0.5,
      rttS: 0.04,
      bucketBytes: 0,
      playerBytes: Number.POSITIVE_INFINITY,
      areArrivalsKnown: true,
      calmAgeS: AGE_S,
      alertS: 0.1,
      startKbps: 128,
      preferQuality: true,
      settings: {},
      pause: [0, 0],
      facts: () => ({}),
      ...options,
    };
    const { burstS, startKbps, preferQuality, settings } = this.#options;
    const rungs = rungsOf('mp3');
    const startRung = rungs.find(({ bitrateKbps }) => bitrateKbps === startKbps) as Rung;
    this.quality = new ListenerQuality(
      { rungs, startRung, burstS, preferQuality },
      { ...DEFAULT_QUICK_SYNC, ...settings },
    );
  }

  get kbps(): number {
    return this.quality.rung.bitrateKbps;
  }

  run(untilS: number): this {
    while (this.nowS < untilS - STEP_S / 2) this.#step();
    return this;
  }

  /** Moves between two moments. */
  movesIn(fromS: number, toS: number): Move[] {
    return this.moves.filter(({ atS }) => atS >= fromS && atS < toS);
  }

  #step(): void {
    this.nowS += STEP_S;
    this.#carry();
    this.#play();
    if (this.nowS >= this.#nextLookS) this.#look();
    this.#send();
  }

  get #isPaused(): boolean {
    const [fromS, toS] = this.#options.pause;
    return this.nowS >= fromS && this.nowS < toS;
  }

  #carry(): void {
    const { kbps, bucketBytes, playerBytes } = this.#options;
    const fresh = kbps(this.nowS) * 125 * STEP_S;
    let room = this.#isPaused ? 0 : Math.min(this.#tokens + fresh, playerBytes - this.#playerBytes);
    const before = this.#delivered;
    for (let first = this.#kernel[0]; first !== undefined && room > 0; first = this.#kernel[0]) {
      const bytes = Math.min(room, first.bytes);
      room -= bytes;
      first.bytes -= bytes;
      this.#kernelBytes -= bytes;
      this.#delivered += bytes;
      this.#playerBytes += bytes;
      this.#player.push({ kbps: first.kbps, bytes });
      this.bufferS += bytes / 125 / first.kbps;
      if (first.bytes < 1e-6) this.#kernel.shift();
    }
    this.#tokens = Math.min(bucketBytes, this.#tokens + fresh - (this.#delivered - before));
    this.#deliveredAt.push(this.#delivered);
  }

  #play(): void {
    const isFull = this.#playerBytes >= this.#options.playerBytes - 1;
    if (!this.#isPlaying && (this.bufferS >= Math.min(PLAYER_START_S, this.#options.burstS) || isFull)) {
      this.#isPlaying = true;
      this.#hasPlayed = true;
    }
    let left = this.#isPlaying && !this.#isPaused ? STEP_S : 0;
    for (let first = this.#player[0]; first !== undefined && left > 0; first = this.#player[0]) {
      const seconds = Math.min(left, first.bytes / 125 / first.kbps);
      const bytes = seconds * 125 * first.kbps;
      left -= seconds;
      first.bytes -= bytes;
      this.#playerBytes -= bytes;
      this.bufferS -= seconds;
      this.playedS += seconds;
      this.playedKbit += seconds * first.kbps;
      if (first.bytes < 1e-6) this.#player.shift();
    }
    if (this.#isPlaying && left > 1e-9 && !this.#isPaused) {
      this.#isPlaying = false;
      this.stalls += 1;
    }
    if (!this.#isPlaying && this.#hasPlayed && !this.#isPaused) this.stalledS += STEP_S;
  }

  #look(): void {
    const { areArrivalsKnown, rttS, alertS, calmAgeS, facts } = this.#options;
    const asOfS = this.nowS - (this.order?.isAlert === false ? calmAgeS : AGE_S);
    const acknowledged = this.#deliveredAt[Math.max(0, Math.round((asOfS - rttS) / STEP_S))] ?? 0;
    const from = this.quality.rung;
    const order = this.quality.tick({
      nowUs: Math.round(this.nowS * 1e6),
      sentBytes: Math.round(this.#sentBytes),
      acknowledgedBytes: areArrivalsKnown ? Math.floor(acknowledged) : undefined,
      asOfUs: areArrivalsKnown ? Math.round(asOfS * 1e6) : undefined,
      sentMediaUs: Math.round(this.#sentS * 1e6),
      lagUs: Math.round((this.nowS + this.#options.burstS - this.#sentS) * 1e6),
      isBlocked: this.#kernelBytes > KERNEL_BYTES,
      rung: from,
      boxKbps: Number.POSITIVE_INFINITY,
      isBoxCalm: true,
      ...facts(this.nowS),
    });
    const { rung, reason } = order;
    if (rung !== from) this.moves.push({ atS: this.nowS, from: from.bitrateKbps, to: rung.bitrateKbps, reason });
    this.order = order;
    this.looks.push({ atS: this.nowS, order, bufferS: this.bufferS });
    this.#allowance = order.allowanceBytes;
    this.#nextLookS = this.nowS + (order.isAlert ? alertS : CALM_S) - STEP_S / 2;
  }

  #send(): void {
    const { burstS, chunkS } = this.#options;
    const publishedS = burstS + Math.floor((this.nowS + 1e-9) / chunkS) * chunkS;
    const bytes = this.kbps * 125 * FRAME_S;
    while (this.#sentS + FRAME_S <= publishedS && this.#allowance >= bytes && this.#kernelBytes <= KERNEL_BYTES) {
      this.#kernel.push({ kbps: this.kbps, bytes });
      this.#kernelBytes += bytes;
      this.#sentBytes += bytes;
      this.#sentS += FRAME_S;
      this.#allowance -= bytes;
    }
  }
}
