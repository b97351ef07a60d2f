import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinProgram } from './join-program.ts';

const test = suite<{ folder: string }>('joined program');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test.before(async (here) => {
  here.folder = await mkdtemp(join(tmpdir(), 'pipit-joined-'));
  await joinProgram(ROOT, here.folder);
  await symlink(join(ROOT, 'node_modules'), join(here.folder, 'node_modules'));
  await writeFile(join(here.folder, 'package.json'), '{"version":"9.8.7","type":"module"}');
});

test.after(({ folder }) => rm(folder, { recursive: true, force: true }));

test('finds what lies beside it: its version', async ({ folder }) => {
  const main = join(folder, 'src/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--version']);
  assert.is(stdout, 'pipit 9.8.7\n');
});

test('loads the whole station from one file and a few beside it', async ({ folder }) => {
  const parts = (await readdir(join(folder, 'src'))).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(parts.map((name) => readFile(join(folder, 'src', name), 'utf8')));
  assert.ok(
    texts.some((text) => [/\bclass Station\b|\bStation = class\b/, /\bwebApp\(/].every((each) => each.test(text))),
  );
});

test('has a file for each process and thread that is started by its path', async ({ folder }) => {
  for (const path of ['src/worker/worker-main', 'src/worker/camera-main', 'src/history/history-thread']) {
    assert.match(await readFile(join(folder, `${path}.js`), 'utf8'), /^import '\.\.\/[a-z-]+\.js';\n$/);
  }
});

test.run();
