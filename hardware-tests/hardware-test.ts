import type { Need } from './need.ts';
import type { OwnStation } from './own-station.ts';

/** One thing that must be true of the machine with Pipit on it: of a Pi, and of an emulated one. */
export interface HardwareTest {
  /** What it is about, one word: `sound`, `camera` … A filter may name it. */
  readonly about: string;
  /** A sentence that is true when the test passes. */
  readonly name: string;
  /** What it cannot do without. The test is skipped, with the reason, where one is not there. */
  readonly needs: readonly Need[];
  /** The user's own station is stopped for as long as the tests run: it would have the devices open, or be disturbed. */
  readonly needsRest?: boolean;
  /** It fails when it takes longer. Five minutes when left out: emulated machines are slow. */
  readonly limitMs?: number;
  run(bench: Bench): Promise<void>;
}

/** What a test is given. */
export interface Bench {
  /** Aborts at the test's limit, and when the run is ended. */
  readonly signal: AbortSignal;
  /** What is used here is disposed of at the end of the test, the last first, however it ends. */
  readonly stack: AsyncDisposableStack;
  /** An empty folder of the test's own, in memory. */
  readonly folder: string;
  /** Modules of the kernel that this run loads; those of others are left alone. */
  readonly ownModules: Set<string>;
  /**
   * A Pipit of the test's own, with other ports, which runs until the end of the test. The user's rests: two of them are too
   * much for 512 MB.
   * @param config HCL without a server block
   * @param options.wrapper program and arguments to start it by, such as `ip netns exec NAME`
   */
  station(config: string, options?: StationOptions): Promise<OwnStation>;
  /** Something measured, for the report. */
  note(text: string): void;
}

export interface StationOptions {
  /** Other than a folder in memory. */
  readonly dataFolder?: string;
  readonly wrapper?: readonly string[];
  /** Where it listens; 127.0.0.1 when left out. */
  readonly host?: string;
}

/** How a test went. */
export interface TestResult {
  readonly about: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly reason: string;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** Thrown by a test that finds out late that something is not there: it is skipped, not failed. */
export class NotThere extends Error {}
