import { EncodedRungs } from './encoded-rungs.ts';
import type { Link } from './link.ts';
import { bytesOf, CHUNK_BYTES, CHUNK_S, FRAME_S, type Live } from './live.ts';
import { type Heard, Player } from './player.ts';

/** What a server sees of a listener: a subset of what is the case. Times in seconds. */
export interface PushSight {
  readonly nowS: number;
  readonly sentBytes: number;
  /** Known to have arrived, as of `asOfS`. */
  readonly acknowledgedBytes: number;
  readonly asOfS: number;
  readonly sentMediaS: number;
  readonly lagS: number;
  readonly isBlocked: boolean;
  /** Index in the ladder of what was sent last. */
  readonly rung: number;
}

/** What only the simulator knows, for whoever writes a log. */
export interface PushTruth {
  readonly inHandS: number;
  readonly isPlaying: boolean;
  readonly stalledS: number;
  readonly queuedBytes: number;
}

/** A server that pushes, made anew for each session. */
export interface PushPolicy {
  /** Looks at the listener; when to look again, and how many bytes the kernel may be given until then. */
  look?(sight: PushSight, truth: PushTruth): { readonly againS: number; readonly allowanceBytes: number };
  /** The rung (its index in the ladder) of the sound at that position. */
  rungAt(mediaS: number): number;
  /** Where to go on instead of at that position, of its own accord; undefined: nothing is left out. */
  skipTo?(mediaS: number): number | undefined;
}

/** Time goes on in steps of this; what the link carries in one is exact. */
export const STEP_S = 0.02;
/** A look shows what was acknowledged this long ago. */
const LOOK_AGE_S = 0.04;
/** A policy may change its mind about what comes at these positions of the sound. */
const UNIT_S = 0.5;

/** Totals of a session, to be balanced against each other. */
export interface PushTotals extends Heard {
  readonly sentBytes: number;
  readonly queuedBytes: number;
  readonly deliveredBytes: number;
  readonly receivedS: number;
  readonly sentMediaS: number;
}

/**
 * A server that pushes a plain stream over one connection, as the station does. What it hands over waits in the kernel
 * (`kernelBytes` of it, and what was begun) for the link to carry it, and can't be changed any more. Half a
 * round trip later it is at the player, frame by frame; a whole one later the server could know.
 */
export function pushSession(link: Link, live: Live, kernelBytes: number, policy: PushPolicy): PushTotals {
  return new PushSession(link, live, kernelBytes, policy).run();
}

class PushSession {
  readonly #link: Link;
  readonly #live: Live;
  readonly #kernelBytes: number;
  readonly #policy: PushPolicy;
  readonly #player: Player;
  readonly #encoded: EncodedRungs | undefined;
  readonly #kernel = new Pieces();
  readonly #underway = new Pieces();
  /** By step: delivered since the beginning. */
  readonly #deliveredAt: Float64Array;
  readonly #owdSteps: number;
  #step = 0;
  #nowS = 0;
  #carried = 0;
  /** Number of the next frame to be sent. */
  #cursor = 0;
  #publishedS: number;
  #isBlocked = false;
  #allowance = Number.POSITIVE_INFINITY;
  #nextLookS = 0;
  #sentBytes = 0;
  #sentMediaS = 0;
  #deliveredBytes = 0;
  #rung: number;

  constructor(link: Link, live: Live, kernelBytes: number, policy: PushPolicy) {
    this.#link = link;
    this.#live = live;
    this.#kernelBytes = kernelBytes;
    this.#policy = policy;
    this.#player = new Player(live.startS);
    this.#publishedS = live.bufferS;
    this.#deliveredAt = new Float64Array(Math.ceil(live.lengthS / STEP_S) + 2);
    this.#owdSteps = Math.round(link.latencyS / 2 / STEP_S);
    this.#rung = policy.rungAt(0);
    if (live.encodedKbps !== undefined) this.#encoded = new EncodedRungs(live.ladder, live.encodedKbps);
  }

  run(): PushTotals {
    const steps = Math.round(this.#live.lengthS / STEP_S);
    this.#serve();
    while (this.#step < steps) {
      this.#step += 1;
      this.#nowS = this.#step * STEP_S;
      this.#deliver();
      this.#arrive();
      this.#serve();
    }
    return {
      ...this.#player.heard(),
      sentBytes: this.#sentBytes,
      queuedBytes: this.#kernel.bytes,
      deliveredBytes: this.#deliveredBytes,
      receivedS: this.#player.receivedS,
      sentMediaS: this.#sentMediaS,
    };
  }

  /** The link takes from the kernel what it can carry in one step. */
  #deliver(): void {
    const carried = this.#link.bytesUntil(this.#nowS);
    let room = carried - this.#carried;
    this.#carried = carried;
    const kernel = this.#kernel;
    while (room > 0 && kernel.bytes > 0) {
      const bytes = Math.min(room, kernel.firstBytes);
      this.#underway.add(kernel.firstKbps, bytes, this.#step + this.#owdSteps);
      kernel.take(bytes);
      this.#deliveredBytes += bytes;
      room -= bytes;
    }
    this.#deliveredAt[this.#step] = this.#deliveredBytes;
    if (kernel.bytes <= this.#kernelBytes) this.#isBlocked = false;
  }

  #arrive(): void {
    const player = this.#player;
    player.advance(this.#nowS);
    const underway = this.#underway;
    while (underway.bytes > 0 && underway.firstStep <= this.#step) {
      const bytes = underway.firstBytes;
      player.receive(underway.firstKbps, bytes / 125 / underway.firstKbps);
      underway.take(bytes);
    }
    if (!player.isPlaying) player.playOn(underway.bytes <= 0 && this.#kernel.bytes <= 0 && !this.#isMore());
  }

  #serve(): void {
    const producedS = this.#nowS + this.#live.bufferS;
    const chunkS = Math.min(CHUNK_S, CHUNK_BYTES / bytesOf(this.#live.ladder[this.#rung] as number, 1));
    if (producedS - this.#publishedS >= chunkS - 1e-9) this.#publishedS = producedS;
    if (this.#nowS >= this.#nextLookS - 1e-9) this.#look(producedS);
    this.#send(producedS);
  }

  #look(producedS: number): void {
    const { look } = this.#policy;
    if (look === undefined) {
      this.#nextLookS = Number.POSITIVE_INFINITY;
      return;
    }
    const asOfS = Math.max(0, this.#nowS - LOOK_AGE_S);
    const ackStep = Math.round(asOfS / STEP_S) - 2 * this.#owdSteps;
    const sight: PushSight = {
      nowS: this.#nowS,
      sentBytes: this.#sentBytes,
      acknowledgedBytes: ackStep > 0 ? (this.#deliveredAt[ackStep] as number) : 0,
      asOfS,
      sentMediaS: this.#sentMediaS,
      lagS: Math.max(0, producedS - this.#cursor * FRAME_S),
      isBlocked: this.#isBlocked,
      rung: this.#rung,
    };
    const { inHandS, isPlaying, stalledS } = this.#player;
    const order = look.call(this.#policy, sight, { inHandS, isPlaying, stalledS, queuedBytes: this.#kernel.bytes });
    this.#allowance = order.allowanceBytes;
    this.#nextLookS = this.#nowS + order.againS;
  }

  /** Hands over whole frames of what is published, chunk by chunk, until there is no more, or it may not. */
  #send(producedS: number): void {
    if (this.#isBlocked || !this.#isMore()) return;
    const { ladder } = this.#live;
    const published = framesUntil(this.#publishedS);
    while (!this.#isBlocked && this.#cursor < published) {
      const mediaS = this.#cursor * FRAME_S;
      const rung = this.#rungAt(mediaS, producedS);
      const kbps = ladder[rung] as number;
      const frameBytes = bytesOf(kbps, FRAME_S);
      if (this.#allowance < frameBytes) return;
      if (this.#skips(producedS)) continue;
      const toS = this.#policy.skipTo?.(mediaS);
      if (toS !== undefined && toS > mediaS) {
        if (toS > this.#publishedS) return;
        this.#skipTo(framesUntil(toS));
        continue;
      }
      const unitEnd = framesUntil((Math.floor(mediaS / UNIT_S + 1e-9) + 1) * UNIT_S) + 1;
      const count = Math.min(
        published - this.#cursor,
        Math.max(1, unitEnd - this.#cursor),
        Math.floor(this.#allowance / frameBytes),
        Math.max(1, Math.floor((2 * CHUNK_BYTES) / frameBytes)),
      );
      this.#rung = rung;
      this.#cursor += count;
      this.#kernel.add(kbps, count * frameBytes, 0);
      this.#sentBytes += count * frameBytes;
      this.#sentMediaS += count * FRAME_S;
      this.#allowance -= count * frameBytes;
      this.#isBlocked = this.#kernel.bytes > this.#kernelBytes;
    }
  }

  /** The rung that is wanted there; where there is no sound of it yet, the one that it has been sent until now. */
  #rungAt(mediaS: number, producedS: number): number {
    const rung = this.#policy.rungAt(mediaS);
    const encoded = this.#encoded;
    if (encoded === undefined) return rung;
    encoded.want(rung, this.#nowS, producedS);
    if (encoded.has(rung, mediaS)) return rung;
    encoded.want(this.#rung, this.#nowS, producedS);
    return this.#rung;
  }

  #isMore(): boolean {
    return this.#cursor < framesUntil(this.#publishedS);
  }

  #skips(producedS: number): boolean {
    const { maxLagS, resumeS, bufferS } = this.#live;
    const lagS = producedS - this.#cursor * FRAME_S;
    if (lagS <= maxLagS + bufferS) return false;
    const to = Math.min(framesUntil(this.#publishedS), framesUntil(producedS - Math.max(bufferS, resumeS)));
    if (to <= this.#cursor) return false;
    this.#skipTo(to);
    return true;
  }

  #skipTo(frame: number): void {
    this.#player.skip((frame - this.#cursor) * FRAME_S);
    this.#cursor = frame;
  }
}

function framesUntil(mediaS: number): number {
  return Math.floor(mediaS / FRAME_S + 1e-6);
}

/** Bytes of several rates, first in first out, each with the step at which it is due. */
class Pieces {
  bytes = 0;
  readonly #kbps: number[] = [];
  readonly #bytes: number[] = [];
  readonly #steps: number[] = [];
  #first = 0;

  get firstKbps(): number {
    return this.#kbps[this.#first] as number;
  }

  get firstBytes(): number {
    return this.#bytes[this.#first] as number;
  }

  get firstStep(): number {
    return this.#steps[this.#first] as number;
  }

  add(kbps: number, bytes: number, step: number): void {
    this.bytes += bytes;
    const last = this.#kbps.length - 1;
    if (last >= this.#first && this.#kbps[last] === kbps && this.#steps[last] === step) {
      this.#bytes[last] = (this.#bytes[last] as number) + bytes;
      return;
    }
    this.#kbps.push(kbps);
    this.#bytes.push(bytes);
    this.#steps.push(step);
  }

  /** Takes as much from the first, which may be all of it. */
  take(bytes: number): void {
    const left = this.firstBytes - bytes;
    this.bytes -= bytes;
    if (left > 1e-6) {
      this.#bytes[this.#first] = left;
      return;
    }
    this.bytes -= left;
    this.#first += 1;
    if (this.#first === this.#kbps.length) {
      this.bytes = 0;
      this.#clear(this.#first);
    } else if (this.#first > 1024) {
      this.#clear(this.#first);
    }
  }

  #clear(count: number): void {
    this.#kbps.splice(0, count);
    this.#bytes.splice(0, count);
    this.#steps.splice(0, count);
    this.#first = 0;
  }
}
