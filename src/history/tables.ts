export type SqlValue = string | number | bigint | Uint8Array | null;

/** What is done with the tables inside one transaction; not to be used after it. */
export interface Tables {
  /**
   * Changes something.
   * @param sql a text from the code: prepared statements are kept for good
   * @returns how many rows have changed
   */
  run(sql: string, ...values: readonly SqlValue[]): number;
  /** The rows of a query. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[];
  /** Changes whenever the file is opened anew: it may be another one, with other rows. */
  readonly generation: number;
}

/** What is needed of a prepared statement. */
interface Statement {
  run(...values: SqlValue[]): { readonly changes: number };
  all(...values: SqlValue[]): unknown[];
}

/** The tables of one connection; its statements are prepared once. */
export class PreparedTables implements Tables {
  readonly generation: number;
  readonly #prepare: (sql: string) => Statement;
  readonly #statements = new Map<string, Statement>();

  constructor(prepare: (sql: string) => Statement, generation: number) {
    this.#prepare = prepare;
    this.generation = generation;
  }

  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#statement(sql).run(...values).changes;
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
