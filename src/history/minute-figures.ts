import { FIGURES, type FigureFacts, type FigureSample } from '../core/figures.ts';

/** A figure over a stretch of time. */
export interface FigureSpan {
  readonly name: string;
  readonly subject: string;
  readonly isCounter: boolean;
  /** Of a gauge its mean, of a counter what it has grown by. */
  readonly value: number;
  /** Of a gauge; of a counter the same as `value`. */
  readonly max: number;
}

/** More are not ours to have; those that come later are left out. */
const MAX_FIGURES = 1_000;

/** What is gathered of one figure. */
class Gathered {
  readonly name: string;
  readonly subject: string;
  readonly isCounter: boolean;
  #count = 0;
  #sum = 0;
  #max = Number.NEGATIVE_INFINITY;
  /** Of a counter, over all minutes: they begin at 0 with the program. */
  #last = 0;

  constructor({ name, subject }: FigureSample) {
    this.name = name;
    this.subject = subject;
    const facts = (FIGURES as Readonly<Record<string, FigureFacts | undefined>>)[name];
    this.isCounter = facts === undefined || facts.kind === 'counter';
  }

  add(value: number): void {
    this.#count += 1;
    if (this.isCounter) {
      // One that has begun anew has grown by what it shows.
      this.#sum += value >= this.#last ? value - this.#last : value;
      this.#last = value;
    } else {
      this.#sum += value;
      if (value > this.#max) this.#max = value;
    }
  }

  /** Undefined when nothing was gathered. Begins anew. */
  take(): FigureSpan | undefined {
    if (this.#count === 0) return undefined;
    const { name, subject, isCounter } = this;
    const value = isCounter ? this.#sum : this.#sum / this.#count;
    const span = { name, subject, isCounter, value, max: isCounter ? value : this.#max };
    this.#count = 0;
    this.#sum = 0;
    this.#max = Number.NEGATIVE_INFINITY;
    return span;
  }
}

/**
 * Gathers the samples of a minute: mean and highest of gauges, growth of counters. Nothing is allocated but for a figure
 * that was never seen before.
 */
export class MinuteFigures {
  /** By name and subject. */
  readonly #gathered = new Map<string, Map<string, Gathered>>();
  #size = 0;

  add(sample: FigureSample): void {
    if (!Number.isFinite(sample.value)) return;
    let subjects = this.#gathered.get(sample.name);
    if (subjects === undefined) {
      subjects = new Map();
      this.#gathered.set(sample.name, subjects);
    }
    let one = subjects.get(sample.subject);
    if (one === undefined) {
      if (this.#size >= MAX_FIGURES) return;
      this.#size += 1;
      one = new Gathered(sample);
      subjects.set(sample.subject, one);
    }
    one.add(sample.value);
  }

  /** What has been gathered since the last time. Counters go on from where they are. */
  take(): FigureSpan[] {
    const spans: FigureSpan[] = [];
    for (const subjects of this.#gathered.values()) {
      for (const one of subjects.values()) {
        const span = one.take();
        if (span !== undefined) spans.push(span);
      }
    }
    return spans;
  }
}
