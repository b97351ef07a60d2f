// The figures of the last hour, in slots of ten seconds: what history knows, then what the live socket tells.

const SPAN_MS = 3_600_000;
const SLOT_MS = 10_000;
const SLOTS_OF_MINUTE = 60_000 / SLOT_MS;
/** So much is shown although nothing is known of it. */
const SLOTS_SHOWN = 30;

/** All series share one row of times. Memory is bounded by the hour. */
export class FigureHistory {
  /** Beginnings of slots, milliseconds, oldest first. */
  #times = [];
  /** By `NAME\nSUBJECT`: values beside the times; null: not known. */
  #series = new Map();
  /** How many readings the newest slot is the mean of. */
  #readings = 0;
  #newestMs = 0;
  /** Of the newest reading: `{ NAME: { SUBJECT: value } }`. */
  latest = {};

  get times() {
    return this.#times;
  }

  /** From when on anything is known, but not less than the last minutes. */
  get knownFromMs() {
    const newest = this.#times.length - 1;
    let first = Math.max(0, newest - SLOTS_SHOWN);
    for (const values of this.#series.values()) {
      const known = values.findIndex((value) => value !== null);
      if (known !== -1 && known < first) first = known;
    }
    return this.#times[first];
  }

  /** Values beside `times`; all null for what was never told. */
  valuesOf(name, subject = '') {
    return this.#series.get(keyOf(name, subject)) ?? this.#times.map(() => null);
  }

  /** What a figure is told apart by, those of the past hour as well. */
  subjectsOf(name) {
    const prefix = keyOf(name, '');
    return [...this.#series.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  /** A reading: `figures` as the live socket tells them. Gauges are the mean of their slot; what only grows is not. */
  add(nowMs, figures) {
    this.latest = figures;
    this.#reach(nowMs);
    this.#newestMs = nowMs;
    this.#readings += 1;
    const index = this.#times.length - 1;
    for (const [name, bySubject] of Object.entries(figures)) {
      for (const [subject, value] of Object.entries(bySubject)) {
        const values = this.#rowOf(name, subject);
        const before = values[index];
        const isMean = before !== null && !name.endsWith('_total');
        values[index] = isMean ? before + (value - before) / this.#readings : value;
      }
    }
  }

  /**
   * What history kept by the minute: `{ times, series: { NAME: { SUBJECT: [value or null] } } }`, times in milliseconds.
   * It fills what is not known better. Of what only grows, history has the growth of each minute.
   */
  fill(nowMs, { times, series }) {
    this.#reach(nowMs);
    const indexOf = new Map(times.map((timeMs, index) => [minuteOf(timeMs), index]));
    for (const [name, bySubject] of Object.entries(series)) {
      for (const [subject, minutes] of Object.entries(bySubject)) {
        const values = this.#rowOf(name, subject);
        const own = new Set(this.#times.filter((_, slot) => values[slot] !== null).map(minuteOf));
        const grows = name.endsWith('_total');
        const kept = grows ? totalsOf(minutes, times, own, values) : minutes;
        this.#times.forEach((timeMs, slot) => {
          const index = indexOf.get(minuteOf(timeMs));
          // What only grows would seem to begin anew where the end of a minute came before its middle.
          const isCovered = grows ? own.has(minuteOf(timeMs)) : values[slot] !== null;
          if (!isCovered && index !== undefined) values[slot] = kept[index] ?? null;
        });
      }
    }
  }

  /** By how much a counter has grown over the last `seconds`. After a start of the program it counts from 0 again. */
  grown(name, subject, seconds) {
    const values = this.valuesOf(name, subject);
    const fromMs = (this.#times.at(-1) ?? 0) - seconds * 1000;
    let growth = 0;
    let before = null;
    this.#times.forEach((timeMs, index) => {
      const value = values[index];
      if (value === null) return;
      if (before !== null && timeMs > fromMs) growth += value >= before ? value - before : value;
      before = value;
    });
    return growth;
  }

  /** A counter as growth per second beside `times`, over the minute before each of them or what is known of it. */
  ratesOf(name, subject = '') {
    const values = this.valuesOf(name, subject);
    const newest = values.length - 1;
    return values.map((value, index) => {
      if (value === null) return null;
      for (let from = Math.max(0, index - SLOTS_OF_MINUTE); from < index; from++) {
        if (values[from] === null) continue;
        const endMs = index === newest ? this.#newestMs : this.#times[index] + SLOT_MS;
        const spanMs = endMs - this.#times[from] - SLOT_MS;
        return spanMs > 0 ? Math.max(0, value - values[from]) / (spanMs / 1000) : null;
      }
      return null;
    });
  }

  /** Slots up to this moment; an hour and no more. */
  #reach(nowMs) {
    const slot = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
    const last = this.#times.at(-1);
    const oldest = slot - SPAN_MS + SLOT_MS;
    if (last === slot) return;
    // The clock was set back, or it is the first time.
    if (last === undefined || slot < last || last < oldest) {
      this.#times = Array.from({ length: SPAN_MS / SLOT_MS }, (_, index) => oldest + index * SLOT_MS);
      for (const key of this.#series.keys())
        this.#series.set(
          key,
          this.#times.map(() => null),
        );
    } else {
      for (let timeMs = last + SLOT_MS; timeMs <= slot; timeMs += SLOT_MS) {
        this.#times.push(timeMs);
        this.#times.shift();
        for (const values of this.#series.values()) {
          values.push(null);
          values.shift();
        }
      }
    }
    this.#readings = 0;
  }

  #rowOf(name, subject) {
    const key = keyOf(name, subject);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const values = this.#times.map(() => null);
    this.#series.set(key, values);
    return values;
  }
}

/** Growth by the minute as a counter, which goes on into what is known already. */
function totalsOf(minutes, times, own, values) {
  let total = 0;
  let last = 0;
  const totals = minutes.map((growth, index) => {
    if (growth === null) return null;
    total += growth;
    if (!own.has(minuteOf(times[index]))) last = total;
    return total;
  });
  const first = values.find((value) => value !== null) ?? last;
  return totals.map((value) => (value === null ? null : value - last + first));
}

function minuteOf(timeMs) {
  return Math.floor(timeMs / 60_000);
}

function keyOf(name, subject) {
  return `${name}\n${subject}`;
}
