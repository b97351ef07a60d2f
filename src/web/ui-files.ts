import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, posix } from 'node:path';

import { gunzipSync, gzipSync } from 'node:zlib';
import { readVendorFiles } from './vendor-files.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
const PAGE = 'index.html';
/** What the page shows first: its modules are named in its head, so that a browser needs not find them one by one. */
const FIRST = ['app.js', 'now/view.js'];
/** Those that have lines of their own. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  '.js': /^[ \t]*(?:\/\/ .*|\/\*\*?[ \n][\s\S]*?\*\/)$/gm,
  '.css': /^[ \t]*\/\*[\s\S]*?\*\/$/gm,
};
const IMPORTED = /\b(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g;

/** One file as it is served. */
export interface UiFile {
  readonly type: string;
  /** Of the content, in quotes. */
  readonly etag: string;
  /** The bytes, compressed or not. Browsers on plain HTTP take gzip and no other. */
  body(isGzip: boolean): { readonly bytes: Buffer; readonly isGzip: boolean };
}

/**
 * Everything that belongs to the page, in memory, compressed from the first time that it is asked for. The list is made
 * at the start: no path of a request ever reaches the disk. The page names its files below a version, which is made of
 * what they contain: they may be kept for ever, and after an update none of the past is used.
 */
export class UiFiles {
  readonly page: UiFile;
  /** Stands in the paths that the page uses: `/ui/VERSION/app.js`. */
  readonly version: string;
  readonly #files: ReadonlyMap<string, UiFile>;

  constructor(contents: ReadonlyMap<string, Buffer>) {
    const hash = createHash('sha256');
    for (const [path, bytes] of contents) hash.update(path).update('\0').update(bytes);
    this.version = hash.digest('hex').slice(0, 12);
    this.page = new KeptFile('text/html; charset=utf-8', pageOf(contents, this.version));
    const files = new Map<string, UiFile>();
    for (const [path, bytes] of contents) {
      const type = TYPES[extname(path)];
      if (type !== undefined) files.set(path, new KeptFile(type, bytes));
    }
    this.#files = files;
  }

  /** @param path below `/ui/`, without a version */
  find(path: string): UiFile | undefined {
    return this.#files.get(path);
  }

  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }
}

/** Reads the page's directory and what it uses of packages. */
export function readUiFiles(directory = new URL('ui/', import.meta.url)): UiFiles {
  const contents = new Map<string, Buffer>();
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    if (entry === PAGE || TYPES[extname(entry)] !== undefined) {
      contents.set(entry, servedAs(entry, readFileSync(new URL(entry, directory))));
    }
  }
  for (const { path, bytes } of readVendorFiles()) contents.set(path, bytes);
  return new UiFiles(contents);
}

/** Comments are for who works on the page. Lines stay where they are, so that an error names the right one. */
function servedAs(path: string, bytes: Buffer): Buffer {
  const pattern = COMMENTS[extname(path)];
  if (pattern === undefined) return bytes;
  return Buffer.from(bytes.toString().replace(pattern, (comment) => comment.replace(/[^\n]+/g, '')));
}

class KeptFile implements UiFile {
  readonly type: string;
  readonly etag: string;
  #bytes: Buffer | undefined;
  #gzip: Buffer | undefined;

  constructor(type: string, bytes: Buffer) {
    this.type = type;
    this.#bytes = bytes;
    // Weak: the same whether it is compressed on the way or not.
    this.etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`;
  }

  body(isGzip: boolean) {
    const isText = this.type !== TYPES['.png'];
    if (this.#bytes !== undefined && isText) {
      // What it returns is the beginning of 16 KB; the copy is as large as it is.
      this.#gzip = Buffer.from(gzipSync(this.#bytes, { level: 9 }));
      this.#bytes = undefined;
    }
    if (this.#gzip === undefined) return { bytes: this.#bytes ?? Buffer.alloc(0), isGzip: false };
    return isGzip ? { bytes: this.#gzip, isGzip } : { bytes: gunzipSync(this.#gzip), isGzip };
  }
}

/** The page with its paths below the version, and all that it begins with named in its head. */
function pageOf(contents: ReadonlyMap<string, Buffer>, version: string): Buffer {
  const html = contents.get(PAGE)?.toString() ?? '';
  const base = `/ui/${version}/`;
  const links = firstModules(contents).map((path) => `<link rel="modulepreload" href="${base}${path}">`);
  return Buffer.from(html.replaceAll('"/ui/', `"${base}`).replace('</head>', `${links.join('\n')}\n</head>`));
}

function firstModules(contents: ReadonlyMap<string, Buffer>): string[] {
  const found = new Set(FIRST.filter((path) => contents.has(path)));
  // Grows while it is gone through.
  for (const path of found) {
    for (const [, target = ''] of contents.get(path)?.toString().matchAll(IMPORTED) ?? []) {
      const imported = posix.join(posix.dirname(path), target);
      if (contents.has(imported)) found.add(imported);
    }
  }
  return [...found];
}
