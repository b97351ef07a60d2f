import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeviceError } from '../core/errors.ts';
import { type ProgramOptions, runProgram } from './system-program.ts';

const test = suite('programs of the system');

const shell = (script: string, options?: ProgramOptions) => runProgram('sh', ['-c', script], options);

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: DeviceError) => error.code,
  );
}

test('what a program says, what it complains of and how it ends are told apart', async () => {
  const answer = await shell('echo fine; echo no >&2; exit 3');
  assert.equal(answer, { exitCode: 3, out: 'fine\n', complaint: 'no\n' });
});

test('it is asked in plain English, and may be given what others must not see', async () => {
  const { out } = await shell('echo $LC_ALL; cat', { input: 'nightingale' });
  assert.is(out, 'C\nnightingale');
  assert.is((await shell('exec 0<&-; exit 0', { input: 'x'.repeat(1_000_000) })).exitCode, 0);
});

test('a letter that comes in two pieces comes out whole', async () => {
  const { out, complaint } = await shell(
    "printf 'Caf\\303'; printf '\\303' >&2; sleep 0.2; printf '\\251'; printf '\\274' >&2",
  );
  assert.equal([out, complaint], ['Café', 'ü']);
});

test('one that is not there, or is not done in time, is a failure; one that says too much is cut', async () => {
  assert.is(await codeOf(runProgram('/nowhere/program', [])), 'hardware.no-program');
  assert.is(await codeOf(shell('exec sleep 20', { timeoutMs: 100 })), 'hardware.no-answer');
  assert.is((await shell('head -c 1000000 /dev/zero')).out.length, 256 * 1024);
});

test.run();
