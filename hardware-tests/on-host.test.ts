import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TestResult } from './hardware-test.ts';
import { selfTestOn } from './on-host.ts';

const test = suite('selfTestOn');
const path = process.env['PATH'];
let folder = '';

const line = (outcome: TestResult['outcome']): string =>
  JSON.stringify({ about: 'x', name: 'y', outcome, reason: '', notes: [], seconds: 1 });

/** What comes of a connection over which these lines come, and that ends with a code. */
async function run(lines: readonly string[], code: number) {
  const said = lines.map((each) => `printf '%s\\n' '${each}'\n`).join('');
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\n${said}echo broken >&2\nexit ${code}\n`);
  await chmod(join(folder, 'ssh'), 0o755);
  const host = { name: 'pi', user: 'root', sshOptions: [] };
  const { results, trouble } = await selfTestOn(host, [], () => {}, new AbortController().signal);
  return { outcomes: results.map(({ outcome }) => outcome), trouble };
}

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipit-on-host-'));
  process.env['PATH'] = `${folder}:${path}`;
});
test.after(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true });
});

test('what has passed and failed there is told, and is no trouble', async () => {
  assert.equal(await run(['hello', line('passed')], 0), { outcomes: ['passed'], trouble: '' });
  assert.equal(await run([line('passed'), line('failed')], 1), { outcomes: ['passed', 'failed'], trouble: '' });
});

test('a run that breaks off is no success, though all that it came to has passed', async () => {
  const { trouble } = await run([line('passed')], 1);
  assert.is(trouble, 'pipit self-test ended with 1: broken');
});

test('a connection that is lost in the middle of a line loses that result alone', async () => {
  const { outcomes, trouble } = await run([line('passed'), line('passed').slice(0, 20)], 255);
  assert.equal(outcomes, ['passed']);
  assert.match(trouble, /^no SSH to root@pi: broken/);
});

test.run();
