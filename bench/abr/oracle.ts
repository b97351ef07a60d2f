import { FinishTimes } from './finish-times.ts';
import type { Link } from './link.ts';
import { bytesOf, FRAME_S, KERNEL_BYTES, type Live, REBUFFER_KBPS, START_KBPS } from './live.ts';
import { type Label, OracleStage } from './oracle-stage.ts';
import type { PushPolicy } from './push-session.ts';

/** It may change the rung at multiples of this: the pieces in which the station publishes. */
const UNIT_S = 0.5;
/** Who is so far behind the best that it would take so many seconds of silence to make up for it is given up. */
const GIVE_UP_S = 16;

/** It keeps so far from the lag at which something is skipped: the simulation goes on in steps. */
const CAUTION_S = 0.3;

export interface OracleOptions {
  /** How much a second without sound weighs, as a multiple of its weight in the QoE. */
  readonly weight: number;
  /** About what the mean bitrate will be, kbit/s: what is not played does not count in the mean. */
  readonly meanKbps: number;
}

/**
 * What somebody would send who knew all that the link will do: dynamic programming over the units of the sound, with the
 * link's lag, the player's delay and the rung as the state, so that the QoE becomes as great as it can. A unit counts as
 * arrived when all of it has, which is more cautious than the player is.
 */
export function oracle(link: Link, live: Live, options: OracleOptions): PushPolicy {
  const plan = new OraclePlan(link, live, options).units();
  const unitAt = (mediaS: number): PlannedUnit | undefined => plan[Math.floor(mediaS / UNIT_S + 1e-6)];
  return {
    rungAt: (mediaS) => unitAt(mediaS)?.rung ?? 0,
    skipTo(mediaS) {
      const to = unitAt(mediaS)?.skipTo;
      return to === undefined ? undefined : to * UNIT_S + FRAME_S;
    },
  };
}

interface PlannedUnit {
  readonly rung: number;
  /** It is left out, and all before this one. */
  readonly skipTo?: number;
}

class OraclePlan {
  readonly #link: Link;
  readonly #live: Live;
  readonly #owdS: number;
  readonly #meanKbps: number;
  readonly #silenceKbps: number;
  readonly #finishes: readonly FinishTimes[];
  /** The ways taken: the way before, the unit and its rung. */
  readonly #before: number[] = [];
  readonly #unit: number[] = [];
  readonly #rung: number[] = [];
  /** … and when it had been sent. */
  readonly #freeS: number[] = [];
  readonly #startUnits: number;
  readonly #startRung: number;
  /** Labels that skipped to a later unit. */
  readonly #skipped = new Map<number, Label[]>();
  #bestEnd: { readonly worth: number; readonly way: number } = { worth: Number.NEGATIVE_INFINITY, way: -1 };

  constructor(link: Link, live: Live, { weight, meanKbps }: OracleOptions) {
    this.#link = link;
    this.#live = live;
    this.#startUnits = Math.ceil(live.startS / UNIT_S);
    this.#startRung = Math.max(0, live.ladder.indexOf(START_KBPS));
    this.#owdS = link.latencyS / 2;
    this.#meanKbps = meanKbps;
    this.#silenceKbps = REBUFFER_KBPS * weight;
    this.#finishes = live.ladder.map((kbps) => new FinishTimes(link, bytesOf(kbps, UNIT_S), live.lengthS));
  }

  units(): PlannedUnit[] {
    // Position 0 is as old as the buffer is long when the listener joins: nobody is closer to the present than it is itself.
    let now = new OracleStage(UNIT_S, -this.#live.bufferS);
    let next = new OracleStage(UNIT_S, -this.#live.bufferS);
    const none = {
      atS: 0,
      waitingS: 0,
      hasStarted: false,
      hasCaughtUp: false,
      rung: -1,
      worth: 0,
      unit: -1,
      before: -1,
    };
    now.add({ freeS: 0, ...none }, 0, this.#thereS(0));
    for (let unit = 0; now.labels.length > 0 || this.#skipped.size > 0; unit += 1) {
      for (const label of this.#skipped.get(unit) ?? []) now.add(label, unit, this.#thereS(unit));
      this.#skipped.delete(unit);
      const least = now.best - this.#silenceKbps * GIVE_UP_S;
      for (const label of now.labels) if (label.worth >= least) this.#goOn(label, unit, next);
      now.clear();
      [now, next] = [next, now];
    }
    return this.#wayBack();
  }

  #thereS(unit: number): number {
    return (unit + 1) * UNIT_S - this.#live.bufferS;
  }

  #goOn(label: Label, unit: number, next: OracleStage): void {
    const { bufferS, lengthS, maxLagS, ladder } = this.#live;
    const thereS = this.#thereS(unit);
    const beginS = Math.max(label.freeS, thereS);
    if (beginS >= lengthS) return this.#end(label, this.#note(label));
    const way = this.#note(label);
    const lagS = beginS + bufferS - unit * UNIT_S;
    // What is begun now may have been handed over long before.
    const handedS =
      label.hasCaughtUp && lagS <= maxLagS + bufferS - CAUTION_S ? thereS : Math.max(thereS, this.#roomSince(way));
    const hasCaughtUp = label.hasCaughtUp || handedS < Math.max(0, thereS + UNIT_S);
    if (handedS + bufferS - unit * UNIT_S > maxLagS + bufferS - CAUTION_S) {
      return this.#skip(label, unit, handedS);
    }
    const nextThereS = this.#thereS(unit + 1);
    for (let rung = 0; rung < ladder.length; rung += 1) {
      // Begins as the station does: the wait for the first sound has no weight, and would be drawn out for its sake.
      if (unit < this.#startUnits && rung !== this.#startRung) continue;
      const freeS = (this.#finishes[rung] as FinishTimes).of(beginS);
      const arrivedS = freeS + this.#owdS;
      if (arrivedS >= lengthS) {
        this.#end(label, way);
        continue;
      }
      const kbps = ladder[rung] as number;
      const change = label.rung < 0 ? 0 : Math.abs(kbps - (ladder[label.rung] as number));
      let { atS, waitingS, hasStarted } = label;
      let silentS = 0;
      if (waitingS < 0 && arrivedS <= atS) {
        atS += UNIT_S;
      } else {
        silentS = hasStarted ? arrivedS - atS : 0;
        atS = arrivedS;
        waitingS = Math.max(0, waitingS) + UNIT_S;
        if (waitingS >= this.#live.startS - 1e-9 || nextThereS > freeS) {
          hasStarted = true;
          atS = arrivedS + waitingS;
          waitingS = -1;
        }
      }
      const worth = label.worth + (kbps - this.#meanKbps) * UNIT_S - this.#silenceKbps * silentS - change;
      next.add({ freeS, atS, waitingS, hasStarted, hasCaughtUp, rung, worth, unit, before: way }, unit + 1, nextThereS);
    }
  }

  #skip(label: Label, unit: number, nowS: number): void {
    const { bufferS, resumeS } = this.#live;
    const to = Math.ceil((nowS + bufferS - Math.max(bufferS, resumeS)) / UNIT_S);
    const worth = label.worth - this.#silenceKbps * (to - unit) * UNIT_S;
    const others = this.#skipped.get(to) ?? [];
    this.#skipped.set(to, others);
    others.push({ ...label, worth });
  }

  /** Since when no more than a kernel holds of what was sent on that way has been waiting. */
  #roomSince(last: number): number {
    let room = KERNEL_BYTES;
    for (let way = last; way >= 0; way = this.#before[way] as number) {
      const bytes = bytesOf(this.#live.ladder[this.#rung[way] as number] as number, UNIT_S);
      if (bytes > room) return this.#link.timeOf(this.#link.bytesUntil(this.#freeS[way] as number) - room);
      room -= bytes;
    }
    return 0;
  }

  /** Puts the label's last unit down in the record of ways. */
  #note({ before, unit, rung, freeS }: Label): number {
    if (rung < 0) return -1;
    this.#freeS.push(freeS);
    this.#before.push(before);
    this.#unit.push(unit);
    return this.#rung.push(rung) - 1;
  }

  #end({ atS, hasStarted, worth }: Label, way: number): void {
    const silentS = hasStarted ? Math.max(0, this.#live.lengthS - atS) : 0;
    const end = worth - this.#silenceKbps * silentS;
    if (end > this.#bestEnd.worth) this.#bestEnd = { worth: end, way };
  }

  #wayBack(): PlannedUnit[] {
    const units: PlannedUnit[] = [];
    let later = -1;
    for (let way = this.#bestEnd.way; way >= 0; way = this.#before[way] as number) {
      const unit = this.#unit[way] as number;
      const rung = this.#rung[way] as number;
      for (let skipped = unit + 1; skipped < later; skipped += 1) units[skipped] = { rung, skipTo: later };
      units[unit] = { rung };
      later = unit;
    }
    return units;
  }
}
