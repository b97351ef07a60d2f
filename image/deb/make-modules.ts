import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { command } from '../command.ts';
import { hashOf, machineOf, nodeArch, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { isShipped } from './is-shipped.ts';
import { shippedPackages } from './shipped-packages.ts';

/** Of onoff's addon, as node-gyp would build it for this Node. */
const ADDON_FLAGS = [
  ...['-shared', '-fPIC', '-pthread', '-O2', '-s', '-std=gnu++20', '-fno-rtti', '-fno-exceptions', '-w'],
  ...['-DNODE_GYP_MODULE_NAME=epoll', '-DBUILDING_NODE_EXTENSION', '-DUSING_UV_SHARED=1', '-DUSING_V8_SHARED=1'],
  ...['-D_GLIBCXX_USE_CXX11_ABI=1', '-D_FILE_OFFSET_BITS=64', '-Wl,-z,relro,-z,now', '-Wl,--build-id=sha1'],
];

/**
 * Makes a folder with `node_modules` (what Pipit reaches at run time, for that machine) and `node` (Node itself): half a
 * minute. What package-lock.json says is fetched, nothing is compiled but onoff's addon, and nothing that packages bring
 * is run.
 */
export function makeModules(recipe: Recipe, toolbox: Toolbox): Promise<string> {
  const { arch, root } = recipe;
  const cpu = nodeArch(arch);
  return done({
    name: `modules-${arch}`,
    inputs: [arch, hashOf(['package.json', 'package-lock.json', 'image/deb'].flatMap(inputsOf), root)],
    async make(into) {
      const fetched = join(into, 'fetched');
      await mkdir(fetched);
      for (const file of ['package.json', 'package-lock.json']) await copyFile(join(root, file), join(fetched, file));
      const machine = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
      await command('npm', ['ci', '--omit=dev', ...machine, '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: fetched,
      });
      await takeShipped(fetched, into, recipe);
      await takeNode(fetched, into, recipe);
      await buildAddon(fetched, into, recipe, toolbox);
      await strip(into, recipe, toolbox);
      await rm(fetched, { recursive: true });
    },
  });
}

function inputsOf(path: string): string[] {
  if (path !== 'image/deb') return [path];
  return ['is-shipped.ts', 'make-modules.ts', 'shipped-packages.ts'].map((name) => join(path, name));
}

async function takeShipped(fetched: string, into: string, { arch }: Recipe): Promise<void> {
  for (const folder of shippedPackages(fetched)) {
    for (const entry of await readdir(join(fetched, folder), { recursive: true, withFileTypes: true })) {
      const path = relative(fetched, join(entry.parentPath, entry.name));
      // A package inside of another is one of its own.
      const isOwn = !path.slice(folder.length).includes('/node_modules/');
      if (!entry.isFile() || !isOwn || !isShipped(path, arch)) continue;
      await mkdir(dirname(join(into, path)), { recursive: true });
      await copyFile(join(fetched, path), join(into, path));
    }
  }
}

async function takeNode(fetched: string, into: string, { arch }: Recipe): Promise<void> {
  const from = join(fetched, `node_modules/node-linux-${nodeArch(arch)}`);
  await mkdir(join(into, 'node/bin'), { recursive: true });
  await rename(join(from, 'bin/node'), join(into, 'node/bin/node'));
  await copyFile(join(from, 'LICENSE'), join(into, 'node/LICENSE'));
}

/** Takes symbols out of what brings some along: of Node, a sixth. */
async function strip(into: string, { arch }: Recipe, toolbox: Toolbox): Promise<void> {
  const entries = await readdir(join(into, 'node_modules'), { recursive: true, withFileTypes: true });
  const binaries = entries
    .filter(({ name, parentPath }) => /\.(?:node|so[.0-9]*)$/.test(name) && !parentPath.includes('/@seydx/'))
    .map(({ name, parentPath }) => join(parentPath, name));
  const options = ['--strip-unneeded', '--enable-deterministic-archives'];
  await toolbox.run([into], `${machineOf(arch)}-linux-gnu-strip`, [
    ...options,
    join(into, 'node/bin/node'),
    ...binaries,
  ]);
}

async function buildAddon(fetched: string, into: string, { arch }: Recipe, toolbox: Toolbox): Promise<void> {
  const modules = join(fetched, 'node_modules');
  const includes = [`${modules}/node-linux-${nodeArch(arch)}/include/node`, `${modules}/nan`];
  // Where npm's `bindings` looks for it.
  const addon = join(into, 'node_modules/epoll/build/epoll.node');
  await mkdir(dirname(addon), { recursive: true });
  const source = join(modules, 'epoll/src/epoll.cc');
  // Assertions name their file: where it was built is nobody's business, and another one each time.
  const search = [`-ffile-prefix-map=${fetched}=.`, ...includes.map((each) => `-I${each}`)];
  await toolbox.run([into], `${machineOf(arch)}-linux-gnu-g++`, [...ADDON_FLAGS, ...search, source, '-o', addon]);
}
