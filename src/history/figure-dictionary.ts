import type { FigureSpan } from './minute-figures.ts';
import type { NumberedSpan } from './packed-figures.ts';
import type { Tables } from './tables.ts';

/** A figure that the file knows. */
export interface KnownFigure {
  readonly id: number;
  readonly name: string;
  readonly subject: string;
  readonly isCounter: boolean;
}

interface FigureRow {
  readonly id: number;
  readonly name: string;
  readonly subject: string;
  readonly is_counter: number;
}

/** More figures, of sources that were called otherwise once, are not kept. */
const MAX_FIGURES = 4_000;
const SELECT = 'SELECT id, name, subject, is_counter FROM figure';
const INSERT = 'INSERT INTO figure (id, name, subject, is_counter) VALUES (?, ?, ?, ?)';

/**
 * Numbers of the file's figures: rows name them by number. Read anew whenever the file is another one, and after a
 * transaction that was taken back.
 */
export class FigureDictionary {
  readonly #byName = new Map<string, KnownFigure>();
  readonly #byId = new Map<number, KnownFigure>();
  #generation = 0;

  /** What is known may be wrong: it is read anew. */
  forget(): void {
    this.#generation = 0;
  }

  /** All figures of the file. */
  all(tables: Tables): Iterable<KnownFigure> {
    this.#load(tables);
    return this.#byId.values();
  }

  /** Figures by their numbers; those that the file does not know yet are given one. */
  number(tables: Tables, spans: readonly FigureSpan[]): NumberedSpan[] {
    this.#load(tables);
    const numbered: NumberedSpan[] = [];
    for (const span of spans) {
      const figure = this.#byName.get(keyOf(span.name, span.subject)) ?? this.#add(tables, span);
      if (figure !== undefined) numbered.push({ id: figure.id, value: span.value, max: span.max });
    }
    return numbered;
  }

  /** True for a counter, by its number. */
  isCounter(tables: Tables, id: number): boolean {
    this.#load(tables);
    return this.#byId.get(id)?.isCounter ?? false;
  }

  #add(tables: Tables, { name, subject, isCounter }: FigureSpan): KnownFigure | undefined {
    if (this.#byId.size >= MAX_FIGURES) return undefined;
    const figure = { id: this.#byId.size + 1, name, subject, isCounter };
    tables.run(INSERT, figure.id, name, subject, Number(isCounter));
    this.#note(figure);
    return figure;
  }

  #load(tables: Tables): void {
    if (tables.generation === this.#generation) return;
    this.#byName.clear();
    this.#byId.clear();
    for (const { id, name, subject, is_counter } of tables.all<FigureRow>(SELECT)) {
      this.#note({ id, name, subject, isCounter: is_counter !== 0 });
    }
    this.#generation = tables.generation;
  }

  #note(figure: KnownFigure): void {
    this.#byName.set(keyOf(figure.name, figure.subject), figure);
    this.#byId.set(figure.id, figure);
  }
}

function keyOf(name: string, subject: string): string {
  return `${name}\n${subject}`;
}
