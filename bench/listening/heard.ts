/** Times are those of CLOCK_MONOTONIC, milliseconds; all processes share it. */
export interface Heard {
  readonly askedMs: number;
  readonly firstSoundMs: number | undefined;
  readonly endMs: number;
  readonly stalls: readonly Stall[];
  /** Bitrates as their first frames arrived; undefined where the player does not tell. */
  readonly rungs: readonly RungArrival[] | undefined;
  readonly playedS: number;
  /** Mean of what was played; undefined where the player does not tell. */
  readonly playedKbps: number | undefined;
  /** Sound in hand, every so often. */
  readonly inHand: readonly InHand[];
  /** What a decoder said about it. */
  readonly warnings: readonly string[];
}

export interface Stall {
  readonly atMs: number;
  readonly ms: number;
}

export interface RungArrival {
  readonly atMs: number;
  readonly kbps: number;
}

export interface InHand {
  readonly atMs: number;
  readonly seconds: number;
}

/** CLOCK_MONOTONIC. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Of what was noted as it happened, what a player that does not tell itself has heard. */
export function stallSeconds({ stalls }: Heard): number {
  return stalls.reduce((total, { ms }) => total + ms, 0) / 1000;
}
