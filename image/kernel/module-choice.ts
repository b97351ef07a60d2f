import type { Arch } from '../recipe.ts';
import { MODULES } from './modules.ts';

/** Which modules are kept: paths below the kernel's folder, dependencies included, sorted. */
export interface ModuleChoice {
  readonly all: readonly string[];
  /** Those of them that the initrd has as well. */
  readonly early: readonly string[];
}

/** What a kernel brings along, as `depmod` and the kernel's build write it (modules.dep(5), modules.builtin). */
export interface KernelIndex {
  /** Text of modules.dep: `path: path path …`, all that is needed in each line. */
  readonly dependencies: string;
  /** Text of modules.builtin: a path a line. */
  readonly builtin: string;
  /** Text of modules.softdep: `softdep NAME pre: NAME … post: NAME …`. */
  readonly soft: string;
}

/**
 * Finds the modules of the list in a kernel.
 *
 * @throws Error naming those that this kernel does not have
 */
export function chooseModules(index: KernelIndex, arch: Arch, groups = MODULES): ModuleChoice {
  const needs = new Map<string, readonly string[]>();
  const pathOf = new Map<string, string>();
  for (const line of index.dependencies.split('\n')) {
    const [path = '', rest = ''] = line.split(':');
    if (path === '') continue;
    needs.set(path, rest.split(' ').filter(Boolean));
    pathOf.set(nameOf(path), path);
  }
  const builtin = new Set(index.builtin.split('\n').map(nameOf));
  const soft = softDependencies(index.soft);
  const missing: string[] = [];

  const close = (names: readonly string[]): string[] => {
    const found = new Set<string>();
    const add = (path: string) => {
      if (found.has(path)) return;
      found.add(path);
      for (const needed of needs.get(path) ?? []) add(needed);
      for (const name of soft.get(nameOf(path)) ?? []) {
        const wanted = pathOf.get(name);
        if (wanted !== undefined) add(wanted);
      }
    };
    for (const name of names) {
      const path = pathOf.get(plain(name));
      if (path !== undefined) add(path);
      else if (!builtin.has(plain(name))) missing.push(name);
    }
    return [...found].sort();
  };

  const ours = groups.filter((group) => group.only === undefined || group.only === arch);
  const early = close(ours.filter((group) => group.early).flatMap((group) => group.names));
  const all = close(ours.flatMap((group) => group.names));
  if (missing.length > 0) {
    throw new Error(`This kernel has no module ${[...new Set(missing)].join(', ')}: see image/kernel/modules.ts.`);
  }
  return { all, early };
}

/** The kernel takes - and _ in names for the same. */
function plain(name: string): string {
  return name.replaceAll('-', '_');
}

function nameOf(path: string): string {
  return plain(path.replace(/^.*\//, '').replace(/\.ko(\.\w+)?$/, ''));
}

/** Both what is to be loaded before and after a module: it works badly without either. */
function softDependencies(text: string): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [keyword, name, ...rest] = line.trim().split(/\s+/);
    if (keyword !== 'softdep' || name === undefined) continue;
    all.set(plain(name), rest.filter((word) => !word.endsWith(':')).map(plain));
  }
  return all;
}
