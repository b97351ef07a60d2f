import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('ending');
/** Put back what was begun, but something in it waits for what never comes. */
const PROGRAM = `
  import { Ending } from '${new URL('ending.ts', import.meta.url)}';
  {
    using ending = new Ending();
    setInterval(() => {}, 1_000);
    console.log('runs');
    await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
    console.log('put back');
  }
  process.exitCode = 1;`;

test('a program that was told to end puts back what it began, and waits for nothing else', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said === 'runs\n') child.kill('SIGINT');
  });
  const [code, by] = await once(child, 'close');
  assert.is(said, 'runs\nput back\n');
  assert.equal([code, by], [1, null]);
});

test.run();
