/** A figure that only grows; one name in code, API, metrics and history. */
export class Counter {
  readonly name: string;
  readonly help: string;
  #value = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(amount = 1): void {
    this.#value += amount;
  }

  get value(): number {
    return this.#value;
  }
}

/** The counters of one owner. A name is made once: asking again returns the same counter. */
export class CounterSet {
  readonly #counters = new Map<string, Counter>();

  /** @param name snake_case, in base units, without prefix: `listeners_dropped_units_total`. */
  counter(name: string, help: string): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = new Counter(name, help);
    this.#counters.set(name, counter);
    return counter;
  }

  [Symbol.iterator](): IterableIterator<Counter> {
    return this.#counters.values();
  }

  /** The present values by name. */
  snapshot(): Record<string, number> {
    return Object.fromEntries([...this].map((counter) => [counter.name, counter.value]));
  }
}
