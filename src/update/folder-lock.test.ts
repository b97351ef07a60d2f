import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PipitError } from '../core/errors.ts';
import { lockFolder } from './folder-lock.ts';

const test = suite('lock of a folder');

/** A name that no other test and no station has. */
const FOLDER = `/nowhere/updates-${process.pid}`;

/** Takes it and gives it back. @returns why it could not be had */
async function tried(folder = FOLDER): Promise<PipitError | undefined> {
  try {
    await using _lock = await lockFolder(folder);
    return undefined;
  } catch (error) {
    return error as PipitError;
  }
}

test('a second one is refused with a sentence while the first has it, and not after', async () => {
  {
    await using _lock = await lockFolder(FOLDER);
    const refusal = await tried();
    assert.is(refusal?.code, 'update.busy');
    assert.match(refusal?.remedy ?? '', 'Wait');
    assert.is(await tried(`${FOLDER}-other`), undefined);
  }
  assert.is(await tried(), undefined);
});

test('it goes with the process that has it, however that ends', async () => {
  const module = new URL('folder-lock.ts', import.meta.url).href;
  const code = `import { lockFolder } from ${JSON.stringify(module)};
    const lock = await lockFolder(${JSON.stringify(FOLDER)});
    setInterval(() => lock, 1_000);
    console.log('locked');`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  assert.is((await tried())?.code, 'update.busy');
  other.kill('SIGKILL');
  await once(other, 'exit');
  assert.is(await tried(), undefined);
});

test.run();
