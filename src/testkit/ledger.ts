/** What one suite of a test file did. */
export interface SuiteRecord {
  readonly name: string;
  /** Tests that are to run. */
  defined: number;
  passed: number;
  /** Tests left out by `skip`, or by another test's `only`. */
  skipped: number;
  /** Whether `run()` was called on it. */
  wasRun: boolean;
}

/** Where a test file's process writes its records (JSON, SuiteRecord[]) when it ends. */
export const LEDGER_VARIABLE = 'TESTKIT_LEDGER';

/** Stands in the environment of a test file's process and of all that it starts, so that strays can be found. */
export const OWNER_VARIABLE = 'TESTKIT_OWNER';

/** The records of this process, filled by counted-uvu.ts. */
export const records: SuiteRecord[] = [];
