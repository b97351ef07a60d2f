import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type HardwareTest, NotThere, type TestResult } from './hardware-test.ts';
import type { MainStation } from './main-station.ts';
import { OwnStation } from './own-station.ts';

const LIMIT_MS = 300_000;
/** What a test that was told to end gets for that. */
const END_MS = 20_000;

export interface RunDeps {
  readonly signal: AbortSignal;
  readonly mainStation: MainStation;
  onResult(result: TestResult): void;
}

/** Runs the tests one after the other, those left out too: they are results with a reason. */
export async function runTests(tests: readonly HardwareTest[], deps: RunDeps): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const folder = await memoryFolder();
  const ownModules = new Set<string>();
  try {
    for (const test of tests) {
      if (deps.signal.aborted) break;
      const result = await runTest(test, { folder, ownModules }, deps);
      results.push(result);
      deps.onResult(result);
    }
  } finally {
    await deps.mainStation.goOn();
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

async function runTest(test: HardwareTest, run: RunParts, deps: RunDeps): Promise<TestResult> {
  const begun = performance.now();
  const notes: string[] = [];
  const result = (outcome: TestResult['outcome'], reason = ''): TestResult => {
    const seconds = (performance.now() - begun) / 1000;
    return { about: test.about, name: test.name, outcome, reason, notes, seconds };
  };
  for (const need of test.needs) {
    const missing = await need.missing();
    if (missing !== undefined) return result('skipped', missing);
  }
  const limit = AbortSignal.timeout(test.limitMs ?? LIMIT_MS);
  const signal = AbortSignal.any([deps.signal, limit]);
  const folder = await mkdtemp(join(run.folder, 'test-'));
  const stack = new AsyncDisposableStack();
  let error: unknown;
  try {
    if (test.needsRest) await deps.mainStation.rest(signal);
    await orAborted(test.run(benchOf({ ...run, signal, stack, folder, notes, mainStation: deps.mainStation })), signal);
  } catch (caught) {
    error = limit.aborted
      ? new Error(`it was not over after ${(test.limitMs ?? LIMIT_MS) / 1000} s: ${caught}`)
      : caught;
  }
  try {
    await orAborted(stack.disposeAsync(), AbortSignal.timeout(END_MS));
  } catch (caught) {
    error ??= new Error(`it left something behind: ${messageOf(caught)}`);
  }
  await rm(folder, { recursive: true, force: true });
  if (error === undefined) return result('passed');
  return result(error instanceof NotThere ? 'skipped' : 'failed', messageOf(error));
}

/** What the tests of a run share. */
type RunParts = Pick<Bench, 'folder' | 'ownModules'>;

interface BenchParts extends RunParts, Pick<Bench, 'signal' | 'stack'>, Pick<RunDeps, 'mainStation'> {
  readonly notes: string[];
}

function benchOf({ signal, stack, folder, ownModules, notes, mainStation }: BenchParts): Bench {
  let stations = 0;
  return {
    signal,
    stack,
    folder,
    ownModules,
    note: (text) => void notes.push(text),
    async station(config, options = {}) {
      stations += 1;
      const home = join(folder, `station-${stations}`);
      // A test that was ended may still be on its way here: it must not stop what goes on already.
      signal.throwIfAborted();
      // Two of them are too much for 512 MB.
      await mainStation.rest(signal);
      return stack.use(await OwnStation.start(config, home, { ...options, signal }));
    },
  };
}

/** The tests' files are small, and a card is not to be worn by them. */
async function memoryFolder(): Promise<string> {
  const shared = '/run/pipit-self-test';
  try {
    await mkdir(shared, { recursive: true });
    return await mkdtemp(join(shared, 'run-'));
  } catch {
    // Only root may write there, who has left it from a run before.
    return await mkdtemp(join(tmpdir(), 'pipit-self-test-'));
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${messageOf(error.error)}; ${messageOf(error.suppressed)}`;
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
