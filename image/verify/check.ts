/** What a check came to. */
export interface Outcome {
  /** A few words for the table. */
  readonly detail: string;
  /** A sentence for each thing that is wrong. */
  readonly findings: readonly string[];
  /** More to print, whether or not something is wrong. */
  readonly lines?: readonly string[];
}

/** Looks at one aspect of what was made. */
export interface Check {
  readonly name: string;
  run(): Promise<Outcome>;
}

/**
 * Runs all checks, prints a table, and tells everything that is wrong at its end.
 *
 * @throws Error with all findings
 */
export async function runChecks(checks: readonly Check[], print = console.log): Promise<void> {
  const all: string[] = [];
  for (const { name, run } of checks) {
    const {
      detail,
      findings,
      lines = [],
    } = await run().catch((error: Error): Outcome => ({ detail: 'could not be looked at', findings: [error.message] }));
    print(`${findings.length === 0 ? 'ok    ' : 'WRONG '}${name.padEnd(26)}${detail}`);
    for (const line of lines) print(`      ${line}`);
    all.push(...findings.map((finding) => `${name}: ${finding}`));
  }
  if (all.length > 0) throw new Error(`What was made is not as it must be:\n${all.join('\n')}`);
}
