import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NotThere } from './hardware-test.ts';
import { makeOwn } from './own-module.ts';

const test = suite<{ folder: string }>('own module');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'pipit-modules-'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

test('a module that somebody has loaded is left alone', ({ folder }) => {
  const ownModules = new Set<string>();
  mkdirSync(join(folder, 'snd_aloop'));
  assert.throws(
    () => makeOwn({ ownModules }, 'snd-aloop', folder),
    (error: Error) => error instanceof NotThere && /modprobe -r snd-aloop/.test(error.message),
  );
  assert.is(ownModules.size, 0);
});

test('one that a test before has loaded is used again', ({ folder }) => {
  const ownModules = new Set<string>();
  assert.is(makeOwn({ ownModules }, 'snd-aloop', folder), false);
  mkdirSync(join(folder, 'snd_aloop'));
  assert.is(makeOwn({ ownModules }, 'snd-aloop', folder), true);
});

test.run();
