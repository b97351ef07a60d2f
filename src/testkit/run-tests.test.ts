import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findTests } from './find-tests.ts';

const RUNNER = fileURLToPath(new URL('./run-tests.ts', import.meta.url));
const PASSING = `import { test } from 'uvu'; test('a', () => {}); test.run();`;

const test = suite('run-tests');
let root = '';

test.before.each(() => {
  root = mkdtempSync(join(tmpdir(), 'run-tests-'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
});

test.after.each(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(...args: string[]): { code: number | null; lines: string[] } {
  return runWith({}, ...args);
}

function runWith(more: NodeJS.ProcessEnv, ...args: string[]): { code: number | null; lines: string[] } {
  // Whoever runs this test may have asked for second looks.
  const { TESTKIT_SECOND_LOOK: _, ...env } = process.env;
  const options = { cwd: root, encoding: 'utf8', env: { ...env, ...more } } as const;
  const { status, stdout } = spawnSync(process.execPath, [RUNNER, ...args], options);
  return { code: status, lines: stdout.trimEnd().split('\n') };
}

test('sums the files, and closes with the counts alone on a line', () => {
  write('src/a/one.test.ts', PASSING);
  write('bench/two.test.ts', PASSING);
  const { code, lines } = run();
  assert.is(code, 0);
  assert.is(lines.length, 3);
  assert.is(lines[2], '2 passed, 0 failed');
});

test('one bad file makes the run fail, with the output of that file', () => {
  write('src/a/one.test.ts', PASSING);
  write('src/b/two.test.ts', `import { test } from 'uvu'; test('x', () => { throw new Error('why'); }); test.run();`);
  const { code, lines } = run();
  assert.is(code, 1);
  assert.is(lines.at(-1), '1 passed, 1 failed');
  assert.ok(lines.some((line) => line.includes('FAIL src/b/two.test.ts')));
  assert.ok(lines.some((line) => line.includes('why')));
});

test('what fails beside others is looked at once more, alone, where that is asked for; it is named', () => {
  const once = `import { existsSync, writeFileSync } from 'node:fs'; import { test } from 'uvu';
    test('x', () => { if (!existsSync('been')) { writeFileSync('been', ''); throw new Error('busy'); } }); test.run();`;
  write('src/a/one.test.ts', once);
  write('src/b/two.test.ts', `import { test } from 'uvu'; test('x', () => { throw new Error('why'); }); test.run();`);
  const { code, lines } = run();
  assert.equal([code, lines.at(-1)], [1, '0 passed, 2 failed']);
  rmSync(join(root, 'been'));
  const second = runWith({ TESTKIT_SECOND_LOOK: '1' });
  assert.equal([second.code, second.lines.at(-1)], [1, '1 passed, 1 failed']);
  assert.ok(second.lines.some((line) => line.startsWith('look into src/a/one.test.ts')));
});

test('no tests at all is a failure', () => {
  const { code, lines } = run();
  assert.is(code, 1);
  assert.is(lines.at(-1), '0 passed, 0 failed');
});

test('a filter picks files by a part of their path', () => {
  write('src/a/one.test.ts', PASSING);
  write('src/b/two.test.ts', 'throw new Error();');
  assert.equal(run('a/one').lines.at(-1), '1 passed, 0 failed');
  assert.is(run('no such file').code, 1);
});

test('skipped tests are in the closing line', () => {
  write('src/one.test.ts', `import { test } from 'uvu'; test('a', () => {}); test.skip('b', () => {}); test.run();`);
  assert.is(run().lines.at(-1), '1 passed, 0 failed, 1 skipped');
});

test('a file may ask for a longer deadline in its first lines', async () => {
  write('src/slow.test.ts', `// deadline: 180 s\n${PASSING}`);
  write('src/usual.test.ts', PASSING);
  const files = await findTests(root, []);
  assert.equal(
    files.map((file) => [file.path, file.deadlineMs]),
    [
      ['src/slow.test.ts', 180_000],
      ['src/usual.test.ts', 60_000],
    ],
  );
});

test.run();
