/** Codecs of the ladder, named as FFmpeg names the formats. */
export type Codec = 'mp3' | 'aac' | 'opus' | 'flac';

/** One codec at one bitrate. Rungs are compared by identity: take them from LADDER. */
export interface Rung {
  /** `mp3@128`, `flac@lossless`: the name in configuration, API, metrics and logs. */
  readonly name: string;
  readonly codec: Codec;
  /** Kilobits (1000 bits) per second; 0 for lossless. */
  readonly bitrateKbps: number;
  /** Position in LADDER; names the rung on the link between worker and main process. */
  readonly index: number;
}

const BITRATES: readonly (readonly [Codec, readonly number[]])[] = [
  ['mp3', [64, 128, 256, 320]],
  ['aac', [64, 128, 256, 320]],
  ['opus', [32, 64, 128, 256, 320]],
  ['flac', [0]],
];

/** Every rung there is, lowest bitrate first within a codec. */
export const LADDER: readonly Rung[] = BITRATES.flatMap(([codec, rates]) =>
  rates.map((bitrateKbps) => ({ codec, bitrateKbps, name: `${codec}@${bitrateKbps || 'lossless'}` })),
).map((rung, index) => Object.freeze({ ...rung, index }));

/** The rung of that name, or undefined. */
export function rungNamed(name: string): Rung | undefined {
  return LADDER.find((rung) => rung.name === name);
}

/** The rungs of one codec, lowest bitrate first. */
export function rungsOf(codec: Codec): readonly Rung[] {
  return LADDER.filter((rung) => rung.codec === codec);
}

/** The rung of `codec` whose bitrate is nearest to `bitrateKbps`; the lower one of two that are equally near. */
export function nearestRung(codec: Codec, bitrateKbps: number): Rung {
  const [first, ...rest] = rungsOf(codec);
  if (first === undefined) throw new RangeError(`no rung of codec ${codec}`);
  return rest.reduce(
    (best, rung) => (Math.abs(rung.bitrateKbps - bitrateKbps) < Math.abs(best.bitrateKbps - bitrateKbps) ? rung : best),
    first,
  );
}
