import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('compiled code');
const FILE = new URL('compiled-code.ts', import.meta.url).href;

/** Runs a program that does `line` and then waits for its end by force. @returns how many modules were kept */
async function keptBy(line: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-compiled-'));
  try {
    const script = `import { keepCompiledCode } from '${FILE}'; ${line}; console.log('done'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    return files.filter((each) => each.isFile()).length;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('is there for the next start, though the plug is pulled', async () => {
  assert.ok((await keptBy('keepCompiledCode({ after: (_ms, fn) => fn() })')) > 0);
});

test('is not written before a start is over', async () => {
  assert.is(await keptBy('keepCompiledCode({ after: () => {} })'), 0);
});

test.run();
