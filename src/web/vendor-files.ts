import { readFileSync } from 'node:fs';

/** A file of a package, as the page loads it. */
export interface VendorFile {
  /** Path below `/ui/`. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** Names of packages as they stand in import statements, and the files that a browser gets for them. */
const NAMES: Readonly<Record<string, string>> = {
  preact: 'preact.js',
  'preact/hooks': 'hooks.js',
  htm: 'htm.js',
  'lean-qr': 'lean-qr.js',
};
const BARE = /\b(from|import)\s*(["'])([^"'.][^"']*)\2/g;

/** The packages of the page, out of node_modules, so that it needs no bundler and nothing from elsewhere. */
export function readVendorFiles(): VendorFile[] {
  const module = (name: string, text: string) => file(name, text.replace(BARE, toRelative).replace(SOURCE_MAP, ''));
  return [
    module('preact.js', read(import.meta.resolve('preact'))),
    module('hooks.js', read(import.meta.resolve('preact/hooks'))),
    module('htm.js', read(import.meta.resolve('htm'))),
    module('lean-qr.js', read(import.meta.resolve('lean-qr'))),
    // Its module is not minified; what is declares one variable, which a module can export as well.
    module('uplot.js', `${read(import.meta.resolve('uplot/dist/uPlot.iife.min.js'))}\nexport default uPlot;\n`),
    file('uplot.css', read(import.meta.resolve('uplot/dist/uPlot.min.css'))),
  ];
}

/** A browser's tools would ask for what is not served. */
const SOURCE_MAP = /\n\/\/# sourceMappingURL=.*\s*$/;

function toRelative(whole: string, keyword: string, quote: string, name: string): string {
  const target = NAMES[name];
  return target === undefined ? whole : `${keyword}${quote}./${target}${quote}`;
}

function read(url: string): string {
  return readFileSync(new URL(url), 'utf8');
}

function file(name: string, text: string): VendorFile {
  return { path: `vendor/${name}`, bytes: Buffer.from(text) };
}
