import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LEDGER_VARIABLE, OWNER_VARIABLE, type SuiteRecord } from './ledger.ts';
import { findStrays, killStrays } from './strays.ts';

/** How a test file went. */
export interface FileResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the file as a whole failed, besides tests that did; empty when it did not. */
  readonly reasons: readonly string[];
  /** What it wrote to standard output and error. */
  readonly output: string;
  readonly elapsedMs: number;
}

export interface RunFileOptions {
  readonly deadlineMs: number;
  /** An existing directory; the file's TMPDIR is made below it and removed again. */
  readonly tempRoot: string;
  /** How long processes that the file started may outlive it. */
  readonly strayGraceMs: number;
}

const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url));
const OUTPUT_LIMIT_BYTES = 4 << 20;

/**
 * Runs one test file in a process of its own and judges it. The file fails when a test does, when it has no
 * tests, when a suite was made but not run, when it ends by a signal or with another code than 0, when it
 * isn't over at the deadline, and when processes it started are still there afterwards; those are killed.
 *
 * @param signal kills the file's processes.
 */
export async function runFile(path: string, options: RunFileOptions, signal: AbortSignal): Promise<FileResult> {
  const startedMs = performance.now();
  const owner = randomUUID();
  const temp = join(options.tempRoot, owner.slice(0, 8));
  const ledgerPath = `${temp}.ledger`;
  await mkdir(temp);
  const child = spawn(process.execPath, ['--import', PRELOAD, path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temp, [LEDGER_VARIABLE]: ledgerPath, [OWNER_VARIABLE]: owner },
  });
  const reasons: string[] = [];
  const output = collectOutput(child);

  const kill = (): void => killStrays(owner);
  const deadline = setTimeout(() => {
    reasons.push(`not over after its deadline of ${options.deadlineMs / 1000} s`);
    kill();
  }, options.deadlineMs);
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const [code, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (...how) => resolve(how));
    child.once('error', (error) => {
      reasons.push(error.message);
      resolve([null, null]);
    });
  });
  clearTimeout(deadline);
  signal.removeEventListener('abort', kill);

  reasons.push(...(await clearStrays(owner, options.strayGraceMs)));
  const suites = await readLedger(ledgerPath);
  await rm(temp, { recursive: true, force: true });
  await rm(ledgerPath, { force: true });

  const verdict = judge(suites, code, by);
  reasons.push(...verdict.reasons);
  const failed = verdict.failed === 0 && reasons.length > 0 ? 1 : verdict.failed;
  return { ...verdict, failed, reasons, output: output(), elapsedMs: performance.now() - startedMs };
}

function judge(suites: readonly SuiteRecord[] | undefined, code: number | null, by: NodeJS.Signals | null) {
  const reasons: string[] = [];
  const sum = (pick: (suite: SuiteRecord) => number): number =>
    (suites ?? []).filter((suite) => suite.wasRun).reduce((total, suite) => total + pick(suite), 0);
  const passed = sum((suite) => suite.passed);
  const failed = sum((suite) => suite.defined - suite.passed);
  const skipped = sum((suite) => suite.skipped);

  for (const suite of suites ?? []) {
    if (suite.wasRun || (suite.defined === 0 && suite.name === '')) continue;
    reasons.push(`suite '${suite.name}' was made but never run: end the file with test.run()`);
  }
  if (by !== null) reasons.push(`ended by ${by}`);
  else if (code !== 0 && failed === 0) reasons.push(`exit code ${code}`);
  if (passed + failed + skipped === 0 && reasons.length === 0) reasons.push('it has no tests');
  return { passed, failed, skipped, reasons };
}

async function readLedger(path: string): Promise<SuiteRecord[] | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as SuiteRecord[];
  } catch {
    // A process that was killed leaves none.
    return undefined;
  }
}

async function clearStrays(owner: string, graceMs: number): Promise<string[]> {
  const untilMs = performance.now() + graceMs;
  let strays = findStrays(owner);
  while (strays.length > 0 && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    strays = findStrays(owner);
  }
  killStrays(owner);
  return strays.map((stray) => `left a process behind: ${stray.command} (pid ${stray.pid})`);
}

function collectOutput(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (size < OUTPUT_LIMIT_BYTES) chunks.push(chunk);
      size += chunk.length;
    });
  }
  return () => {
    const text = Buffer.concat(chunks).toString();
    return size < OUTPUT_LIMIT_BYTES ? text : `${text}\n[output cut: ${size} bytes in all]\n`;
  };
}
