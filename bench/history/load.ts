import { CounterSet } from '../../src/core/counters.ts';
import { FIGURES, type FigureFacts, type FigureSample } from '../../src/core/figures.ts';
import type { SessionRow } from '../../src/core/session.ts';

/** What a station is made of that has a lot to tell. */
const SUBJECTS: Readonly<Record<NonNullable<FigureFacts['label']>, readonly string[]>> = {
  source: ['mic', 'garden', 'nursery'],
  camera: ['door', 'street', 'nest'],
  rung: ['mp3@64', 'mp3@128', 'aac@128'],
  mount: ['/stream'],
};
/** Counters that the code makes beside FIGURES. */
const COUNTERS = 60;

/** Samples of every figure, for three sources and three cameras; gauges wander, a third of the counters grows. */
export class Load {
  readonly #values = new Map<string, number>();
  readonly #shapes: { readonly name: string; readonly subject: string; readonly isCounter: boolean }[] = [];
  readonly counters = new CounterSet();
  #random: number;

  constructor(seed = 1) {
    this.#random = seed;
    for (const [name, { kind, label }] of Object.entries<FigureFacts>(FIGURES)) {
      const subjects = label === undefined ? [''] : SUBJECTS[label];
      for (const subject of subjects) this.#shapes.push({ name, subject, isCounter: kind === 'counter' });
    }
    for (let n = 0; n < COUNTERS; n++) this.#shapes.push({ name: `other_${n}_total`, subject: '', isCounter: true });
  }

  /** How many figures there are. */
  get size(): number {
    return this.#shapes.length;
  }

  samples(): FigureSample[] {
    return this.#shapes.map(({ name, subject, isCounter }, index) => {
      const key = `${name} ${subject}`;
      const before = this.#values.get(key) ?? 0;
      const grows = index % 3 === 0 ? Math.floor(this.random() * 10_000) : 0;
      const wanders = index % 4 === 0 ? Math.round(this.random()) : this.random() * 100;
      const value = isCounter ? before + grows : wanders;
      this.#values.set(key, value);
      return { name, subject, value };
    });
  }

  session(n: number, endedMs: number): SessionRow {
    return {
      id: `${n.toString(36).padStart(8, '0')}-${Math.floor(this.random() * 2 ** 32).toString(36)}`,
      kind: n % 3 === 0 ? 'viewer' : 'listener',
      place: n % 3 === 0 ? 'street' : '/stream',
      startedMs: endedMs - 1_000_000,
      endedMs,
      address: '192.168.1.0',
      agent: 'Firefox on Android',
      codec: 'mp3',
      rungLast: 'mp3@128',
      bytes: 12_345_678,
      adaptations: 3,
      underruns: 0,
      stalledSeconds: 0.5,
      skippedUnits: 0,
      latencyMsMean: 812.5,
      bitrateKbpsMean: 127.9,
      linkKbps: 5432,
      transport: 'http',
      closeReason: 'left',
    };
  }

  /** Mulberry32: the same for the same seed. */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
