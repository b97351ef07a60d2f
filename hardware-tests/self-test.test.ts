import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ending } from './ending.ts';
import { onlyRun } from './only-run.ts';
import { selfTest } from './self-test.ts';

const test = suite('self-test');

/** @returns the exit code, and what was said of it */
async function complaint(...args: readonly string[]): Promise<readonly [number, string]> {
  const { write } = process.stderr;
  let said = '';
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
  try {
    return [await selfTest(args), said.trim()];
  } finally {
    process.stderr.write = write;
  }
}

test('it ends in order when a terminal is lost, which is told twice and leaves nobody to write to', () => {
  using ending = new Ending();
  process.emit('SIGHUP');
  assert.ok(ending.signal.aborted);
  process.emit('SIGHUP');
  assert.is(process.listenerCount('SIGHUP'), 1);
  ending[Symbol.dispose]();
  assert.is(process.listenerCount('SIGHUP'), 0);
});

test('it ends in order when whoever read what it writes has gone', () => {
  using ending = new Ending();
  process.stdout.emit('error', new Error('write EPIPE'));
  assert.ok(ending.signal.aborted);
});

test('a wrong option, words that no test has, and files that can not be written are told before anything is done', async () => {
  const [code, said] = await complaint('--nonsense');
  assert.is(code, 2);
  assert.match(said, /--nonsense.*Usage: pipit self-test/s);
  assert.equal(await complaint('no such', 'test'), [2, 'No test has no such or test in its name.']);
  const [, why] = await complaint('--report', '/nowhere/bug.md', 'box');
  assert.match(why, /\/nowhere\/bug\.md/);
});

test('a second run at the same time is refused', async () => {
  await using _first = await onlyRun();
  assert.equal(await complaint('box'), [2, 'Another self-test runs on this machine.']);
});

test('the name is free again after the run', async () => {
  const first = await onlyRun('a run of a test');
  assert.is(await onlyRun('a run of a test'), undefined);
  await first?.[Symbol.asyncDispose]();
  await using again = await onlyRun('a run of a test');
  assert.ok(again);
});

test('the list is made by anybody anywhere, also where programs are missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipit-self-test-'));
  const run = new URL('./run.ts', import.meta.url).pathname;
  const { stdout, stderr, status } = spawnSync(process.execPath, [run, '--list'], {
    env: { PATH: folder },
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  assert.is(status, 0, stderr);
  for (const about of ['box', 'link', 'disk', 'sound', 'usb', 'camera', 'gpio', 'clock', 'wifi']) {
    assert.match(stdout, new RegExp(`^${about}: `, 'm'));
  }
});

test.run();
