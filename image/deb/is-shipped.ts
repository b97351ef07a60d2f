import type { Arch } from '../recipe.ts';
import { nodeArch } from '../recipe.ts';

/** What Node reads, and what the page's vendor files are made of. */
const READ_AT_RUN_TIME = /\.(?:js|cjs|mjs|json|node|so(?:\.[0-9.]+)?|min\.css)$/;
/** Texts that must go along with what they are about. */
const LICENCES = /^(?:licen[cs]e|copying|copyright|notice|authors|third[-_]?party)/i;
/** Folders of what a package is tested and explained with. */
const OF_DEVELOPERS = /^(?:\.github|__tests__|bench|benchmarks?|docs|examples?|fixtures?|tests?)$/;
/** Programs for a developer's command line. */
const PROGRAMS = /^node_modules\/(?:@[^/]+\/)?[^/]+\/(?:bin\/|(?:bin|cli)\.[cm]?js$)/;
/** Parts of packages that no import of Pipit's leads to. */
const PARTS_NOT_REACHED =
  /^node_modules\/(?:mqtt\/(?:dist|build\/bin|help)|node-av\/(?:install|dist\/(?:api|ffmpeg|webrtc))|preact\/(?:compat|debug|devtools|jsx-runtime|test-utils)|pino\/(?:browser\.js|build)|yaml\/browser|uplot\/dist\/uPlot\.(?:cjs|esm|iife)\.js$)/;
const NOT_FILES_OF_NODE =
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|tsconfig[^/]*|\.[^/]*|tslint|eslint[^/]*)\.(?:json|js|cjs|mjs)$/;

/**
 * Whether a file of a package is part of what is installed: what can be read at run time on a machine of that kind, and
 * licences.
 *
 * @param path relative to the folder that node_modules is in
 */
export function isShipped(path: string, arch: Arch): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  if (LICENCES.test(name) && !/\.(?:js|json|ts|map)$/.test(name)) return true;
  if (!READ_AT_RUN_TIME.test(name) || NOT_FILES_OF_NODE.test(path)) return false;
  if (PROGRAMS.test(path) || PARTS_NOT_REACHED.test(path) || isForAnother(path, arch)) return false;
  return !parts.slice(0, -1).some((part) => OF_DEVELOPERS.test(part));
}

/** A program for another machine; packages bring those of all along. */
function isForAnother(path: string, arch: Arch): boolean {
  const [, its] = /\/prebuilds\/(?:jpeg-turbo-)?([a-z0-9-]+)[./]/.exec(path) ?? [];
  return its !== undefined && its !== `linux-${nodeArch(arch)}`;
}
