/*
 * npm test [-- [--verbose] FILTER…]: runs the test files whose path contains a filter, each in its own
 * process, TESTKIT_JOBS (2) at a time, and closes with `N passed, N failed`.
 *
 * With TESTKIT_SECOND_LOOK, a few files that fail beside others are run once more, alone: what passes then failed for
 * want of a core or a quiet disk. It is named at the end, for it may as well be a race that somebody should look into.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findTests, type TestFile } from './find-tests.ts';
import { type FileResult, runFile } from './run-file.ts';

const STRAY_GRACE_MS = 2_000;
/** More than these do not fail for want of quiet. */
const MAX_SECOND_LOOKS = 3;

const args = process.argv.slice(2);
const verbose = args.includes('--verbose');
const files = await findTests(
  process.cwd(),
  args.filter((arg) => arg !== '--verbose'),
);
const jobs = Math.max(1, Number(process.env.TESTKIT_JOBS) || 2);
const total = { passed: 0, failed: 0, skipped: 0 };

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort(name));

const tempRoot = await mkdtemp(join(tmpdir(), 'pipit-test-'));
const queue = files.values();
const failed = new Map<TestFile, FileResult>();
await Promise.all(Array.from({ length: jobs }, work));
await lookAgain();
await rm(tempRoot, { recursive: true, force: true });

if (files.length === 0) console.log('No test files match.');
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 || interrupted.signal.aborted ? 1 : 0;

async function work(): Promise<void> {
  for (const file of queue) {
    if (interrupted.signal.aborted) return;
    const result = await run(file);
    count(result, 1);
    report(file.path, result);
    if (result.failed > 0) failed.set(file, result);
  }
}

async function lookAgain(): Promise<void> {
  const isWanted = (process.env.TESTKIT_SECOND_LOOK ?? '') !== '';
  if (!isWanted || failed.size > MAX_SECOND_LOOKS || interrupted.signal.aborted) return;
  for (const [file, first] of failed) {
    console.log(`again, alone: ${file.path}`);
    const result = await run(file);
    report(file.path, result);
    count(first, -1);
    count(result, 1);
    if (result.failed === 0) console.log(`look into ${file.path}: it passed at the second look only`);
  }
}

function run(file: TestFile): Promise<FileResult> {
  const options = { deadlineMs: file.deadlineMs, tempRoot, strayGraceMs: STRAY_GRACE_MS };
  return runFile(resolve(file.path), options, interrupted.signal);
}

function count(result: FileResult, sign: 1 | -1): void {
  total.passed += sign * result.passed;
  total.failed += sign * result.failed;
  total.skipped += sign * result.skipped;
}

function report(path: string, result: FileResult): void {
  const bad = result.failed > 0;
  const skips = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
  const seconds = (result.elapsedMs / 1000).toFixed(1);
  const counts = bad ? `${result.passed} passed, ${result.failed} failed` : `${result.passed} passed`;
  console.log(`${bad ? 'FAIL' : 'ok  '} ${path}: ${counts}${skips} (${seconds} s)`);
  for (const reason of result.reasons) console.log(`     ${reason}`);
  if (bad || verbose) console.log(result.output);
}
