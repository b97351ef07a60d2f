/** One picture that has arrived whole. */
export interface SeenPicture {
  /** Milliseconds since the viewer asked for the stream. */
  readonly atMs: number;
  readonly bytes: number;
  readonly sequence: number;
  readonly level: number;
  readonly ageMs: number;
}

/** All that a viewer saw. */
export interface Sight {
  readonly pictures: readonly SeenPicture[];
  /** Ages as the squares of the test card told them, and how far the stream's own headers were off at most. */
  readonly cardsRead: number;
  readonly worstHeaderErrorMs: number;
}

/** What became of a viewer between two moments, seconds since it began. */
export class SightSpan {
  readonly pictures: readonly SeenPicture[];
  readonly fromS: number;
  readonly toS: number;

  constructor({ pictures }: Sight, fromS: number, toS: number) {
    this.fromS = fromS;
    this.toS = toS;
    this.pictures = pictures.filter(({ atMs }) => atMs >= fromS * 1000 && atMs < toS * 1000);
  }

  get fps(): number {
    return this.pictures.length / (this.toS - this.fromS);
  }

  get kbps(): number {
    return sum(this.pictures.map(({ bytes }) => bytes)) / 125 / (this.toS - this.fromS);
  }

  /** Of what arrived in each five seconds; a part of the mean. */
  get variation(): number {
    const spans: number[] = [];
    for (let at = this.fromS; at + SPAN_S <= this.toS; at += SPAN_S) {
      const begun = this.pictures.filter(({ atMs }) => atMs >= at * 1000 && atMs < (at + SPAN_S) * 1000);
      spans.push(sum(begun.map(({ bytes }) => bytes)));
    }
    const mean = sum(spans) / spans.length;
    return Math.sqrt(sum(spans.map((span) => (span - mean) ** 2)) / spans.length) / mean;
  }

  /** Age on arrival that this part of the pictures does not exceed. */
  ageMs(part: number): number {
    return quantile(
      this.pictures.map(({ ageMs }) => ageMs),
      part,
    );
  }

  get level(): number {
    return quantile(
      this.pictures.map(({ level }) => level),
      0.5,
    );
  }

  /** The part of the frames that did not come. */
  get skippedShare(): number {
    const first = this.pictures[0];
    const last = this.pictures.at(-1);
    if (first === undefined || last === undefined) return Number.NaN;
    return 1 - this.pictures.length / (last.sequence - first.sequence + 1);
  }

  get changes(): readonly { readonly atS: number; readonly level: number; readonly from: number }[] {
    return this.pictures.flatMap(({ level, atMs }, i) => {
      const from = this.pictures[i - 1]?.level ?? level;
      return from === level ? [] : [{ atS: atMs / 1000, level, from }];
    });
  }
}

const SPAN_S = 5;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
