import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FileResult, runFile } from './run-file.ts';

const HEAD = `import { suite } from 'uvu';\nimport { spawn } from 'node:child_process';\nconst test = suite('fixture');\n`;

const test = suite('runFile');
let root = '';

test.before(() => {
  root = mkdtempSync(join(tmpdir(), 'run-file-'));
});

test.after(() => rmSync(root, { recursive: true }));

function run(body: string, deadlineMs = 20_000, signal = new AbortController().signal): Promise<FileResult> {
  const path = join(root, 'fixture.test.mts');
  writeFileSync(path, HEAD + body);
  return runFile(path, { deadlineMs, tempRoot: root, strayGraceMs: 300 }, signal);
}

test('counts what passed and what was skipped', async () => {
  const result = await run(`test('a', () => {}); test('b', async () => {}); test.skip('c', () => {}); test.run();`);
  assert.equal([result.passed, result.failed, result.skipped], [2, 0, 1]);
  assert.equal(result.reasons, []);
});

test('a failed test counts, and its output is kept', async () => {
  const result = await run(`test('a', () => {}); test('b', () => { throw new Error('as planned'); }); test.run();`);
  assert.equal([result.passed, result.failed], [1, 1]);
  assert.match(result.output, 'as planned');
});

test('tests beside an only are skipped ones', async () => {
  const result = await run(`test('a', () => {}); test.only('b', () => {}); test.run();`);
  assert.equal([result.passed, result.failed, result.skipped], [1, 0, 1]);
});

test('a suite that was never run fails', async () => {
  const result = await run(`test('a', () => {});`);
  assert.equal([result.passed, result.failed], [0, 1]);
  assert.match(result.reasons[0] ?? '', "suite 'fixture' was made but never run");
});

test('a suite that was never run fails beside one that was', async () => {
  const result = await run(`test('a', () => {}); suite('other')('b', () => {}); test.run();`);
  assert.equal([result.passed, result.failed], [1, 1]);
  assert.match(result.reasons[0] ?? '', "suite 'other' was made but never run");
});

test('a file without tests fails', async () => {
  const empty = await run(`test.run();`);
  assert.equal([empty.passed, empty.failed], [0, 1]);
  const path = join(root, 'nothing.test.mts');
  writeFileSync(path, 'export {};');
  const options = { deadlineMs: 20_000, tempRoot: root, strayGraceMs: 300 };
  const nothing = await runFile(path, options, new AbortController().signal);
  assert.equal(nothing.reasons, ['it has no tests']);
  assert.is(nothing.failed, 1);
});

test('a before hook that throws fails the tests that it kept from running', async () => {
  const result = await run(`test.before(() => { throw new Error('no'); }); test('a', () => {}); test.run();`);
  assert.equal([result.passed, result.failed], [0, 1]);
});

test('an after hook that throws fails the file', async () => {
  const result = await run(`test('a', () => {}); test.after(() => { throw new Error('no'); }); test.run();`);
  assert.is(result.failed, 1);
});

test('a file that does not parse fails', async () => {
  const result = await run(`const = 3;`);
  assert.is(result.failed, 1);
  assert.match(result.output, 'SyntaxError');
});

test('another exit code than 0 fails though every test passed', async () => {
  const result = await run(`test('a', () => {}); test.run(); process.on('exit', () => { process.exitCode = 3; });`);
  assert.equal([result.passed, result.failed], [1, 1]);
  assert.equal(result.reasons, ['exit code 3']);
});

test('an exit in mid-test fails', async () => {
  const result = await run(`test('a', () => process.exit(0)); test.run();`);
  assert.is(result.failed, 1);
});

test('a signal fails the file', async () => {
  const result = await run(`test('a', () => process.kill(process.pid, 'SIGSEGV')); test.run();`);
  assert.is(result.failed, 1);
  assert.equal(result.reasons, ['ended by SIGSEGV']);
});

test('a file that is not over at its deadline is killed with all that it started', async () => {
  const result = await run(
    `console.log('pid', spawn('sleep', ['61.5'], { detached: true }).pid); setInterval(() => {}, 1000);
    test('a', () => {}); test.run();`,
    1_500,
  );
  assert.is(result.failed, 1);
  assert.match(result.reasons[0] ?? '', 'deadline of 1.5 s');
  const pid = /pid (\d+)/.exec(result.output)?.[1];
  assert.ok(pid);
  assert.is(isRunning(pid), false);
});

test('a process left behind fails the file, by name, and is killed', async () => {
  const result = await run(
    `spawn('sleep', ['61.5'], { detached: true, stdio: 'ignore' }).unref(); test('a', () => {}); test.run();`,
  );
  assert.equal([result.passed, result.failed], [1, 1]);
  assert.match(result.reasons[0] ?? '', 'left a process behind: sleep 61.5');
});

test('a process that a test forks keeps no ledger and sees no hook', async () => {
  const child = join(root, 'child.mjs');
  writeFileSync(child, `process.send([process.env.TESTKIT_LEDGER === undefined, process.execArgv.length]);`);
  const result = await run(`import { fork } from 'node:child_process';
    test('a', async () => {
      const [clean, flags] = await new Promise((resolve) => fork(${JSON.stringify(child)}).on('message', resolve));
      if (!clean || flags === 0) throw new Error('not as meant');
    });
    test.run();`);
  assert.equal(result.reasons, []);
  assert.is(result.passed, 1, result.output);
});

test('its temporary directory is gone afterwards', async () => {
  const result = await run(`import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os';
    test('a', () => writeFileSync(tmpdir() + '/left', tmpdir())); test.run();`);
  assert.is(result.passed, 1, result.output);
  assert.equal(
    readdirSync(root).filter((name) => !name.includes('.m')),
    [],
  );
});

test('an abort ends it at once', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 300);
  const result = await run(`setInterval(() => {}, 1000); test('a', () => {}); test.run();`, 60_000, abort.signal);
  assert.equal(result.reasons, ['ended by SIGKILL']);
});

function isRunning(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

test.run();
