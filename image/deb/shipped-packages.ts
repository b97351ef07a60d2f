import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * What packages name as dependencies and what no run of Pipit reaches: it belongs to their building, to their command
 * lines, or to parts of them that Pipit does not import.
 */
const NOT_REACHED: Readonly<Record<string, readonly string[]>> = {
  '@julusian/jpeg-turbo': ['cmake-js', 'node-addon-api'],
  'better-sqlite3': ['node-addon-api'],
  epoll: ['nan'],
  mqtt: ['@types/readable-stream', '@types/ws', 'commist', 'concat-stream', 'help-me', 'minimist'],
  // node-av/lib and node-av/constants only: no WebRTC, no fetching of a program.
  'node-av': ['unzipper', 'werift'],
};

/** Brought along as packages, and shipped in a place of their own. */
const ELSEWHERE = /^node-linux-/;

/**
 * Folders of the packages that Pipit reaches at run time, below `folder`, found as Node finds them
 * (nodejs.org/api/modules.html, "Loading from node_modules folders"). What is not installed, since it is for another
 * machine, is not among them.
 *
 * @param folder with package.json and node_modules
 * @returns paths relative to `folder`, sorted
 */
export function shippedPackages(folder: string): string[] {
  const found = new Set<string>();
  const visit = (place: string, name: string): void => {
    for (const dependency of dependenciesOf(join(folder, place), name)) {
      const at = resolvePackage(folder, place, dependency);
      if (at === undefined || found.has(at)) continue;
      found.add(at);
      visit(at, dependency);
    }
  };
  visit('', '');
  return [...found].sort();
}

function dependenciesOf(place: string, name: string): string[] {
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names.filter((each) => !ELSEWHERE.test(each) && !NOT_REACHED[name]?.includes(each));
}

function resolvePackage(folder: string, from: string, name: string): string | undefined {
  for (let place = from; ; place = dirname(place)) {
    const candidate = join(place, 'node_modules', name);
    if (existsSync(join(folder, candidate, 'package.json'))) return candidate;
    if (place === '' || place === '.') return undefined;
  }
}
