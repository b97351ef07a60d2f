import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, lutimes, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { joinProgram } from './join-program.ts';
import { makeModules } from './make-modules.ts';

/** What runs on the machine that Pipit is installed on. */
const ROOMS = ['src', 'hardware-tests'];
const NOT_READ = /(?:\.test|\.testing)\.js$|^src\/testkit\/|\.ts$|\.md$/;

/**
 * Makes the folder that is installed as /usr/lib/pipit: the program compiled to JavaScript and joined into few files, the
 * packages that it takes, and Node. The same inputs give the same bytes, modes and times.
 */
export async function makeApp(recipe: Recipe, toolbox: Toolbox): Promise<string> {
  const { arch, epoch, root, version } = recipe;
  const modules = await makeModules(recipe, toolbox);
  return done({
    name: `app-${arch}`,
    inputs: [
      arch,
      String(epoch),
      version,
      modules,
      hashOf([...ROOMS, 'package.json', 'tsconfig.json', 'image/deb/make-app.ts', 'image/deb/join-program.ts'], root),
    ],
    async make(into) {
      await joinProgram(root, into);
      await copyRest(root, into);
      await writeFile(join(into, 'package.json'), await manifest(root, version));
      await cp(modules, into, { recursive: true });
      await checkImports(into);
      await settle(into, epoch);
    },
  });
}

/** The page, the recording and whatever else is read at run time and not compiled. */
async function copyRest(root: string, into: string): Promise<void> {
  for (const room of ROOMS) {
    for (const path of await filesOf(join(root, room), root)) if (!NOT_READ.test(path)) await put(root, into, path);
  }
}

async function put(from: string, into: string, path: string): Promise<void> {
  await mkdir(dirname(join(into, path)), { recursive: true });
  await copyFile(join(from, path), join(into, path));
}

async function filesOf(folder: string, from: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
    .sort();
}

/** What is said of a program that is installed, and no more: its dependencies are there already. */
async function manifest(root: string, version: string): Promise<string> {
  const { name, description, license, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, private: true, description, license, type }, null, 2)}\n`;
}

/**
 * Looks for what would fail only when it is run.
 * @throws Error with each relative import that leads nowhere
 */
async function checkImports(into: string): Promise<void> {
  const lost: string[] = [];
  for (const room of ROOMS) {
    if (!existsSync(join(into, room))) continue;
    for (const path of await filesOf(join(into, room), into)) {
      if (!path.endsWith('.js') || path.startsWith('src/web/ui/')) continue;
      const text = await readFile(join(into, path), 'utf8');
      for (const [, target = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
        if (!existsSync(join(into, dirname(path), target))) lost.push(`${path}: ${target}`);
      }
    }
  }
  if (lost.length > 0) throw new Error(`What is not shipped is imported:\n${lost.join('\n')}`);
}

/** Modes and times that do not depend on where it was built. */
async function settle(into: string, epoch: number): Promise<void> {
  const entries = await readdir(into, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() || path.endsWith('/node/bin/node') ? 0o755 : 0o644);
    await lutimes(path, epoch, epoch);
  }
  // Its own time says when it was made: what is old leaves the cache.
  await chmod(into, 0o755);
}
