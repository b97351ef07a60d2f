import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A package of npm, as it is shipped. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** As package.json says, an SPDX expression. */
  readonly licence: string;
  /** Lines that name who holds it. */
  readonly holders: readonly string[];
  /** Relative to the folder that node_modules is in. */
  readonly folder: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly author?: string | { readonly name?: string };
}

/** All packages below `app`/node_modules, by name. */
export function packagesOf(app: string): ShippedPackage[] {
  const found: ShippedPackage[] = [];
  for (const entry of readdirSync(join(app, 'node_modules'), { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'package.json' || !/\/node_modules\/(?:@[^/]+\/)?[^/]+$/.test(entry.parentPath)) continue;
    const manifest = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as Manifest;
    const { name = '', version = '', license, author } = manifest;
    found.push({
      name,
      version,
      licence: (typeof license === 'string' ? license : license?.type) ?? 'unknown',
      holders: holdersIn(entry.parentPath) ?? [
        (typeof author === 'string' ? author : author?.name) ?? `The authors of ${name}`,
      ],
      folder: relative(app, entry.parentPath),
    });
  }
  return found.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function holdersIn(folder: string): string[] | undefined {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)/i.test(name));
  if (file === undefined) return undefined;
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const holders = lines
    .filter((line) => /^\s*(?:\W\s*)?copyright (?:\(c\)|©|\d|[A-Z])/i.test(line) && line.length < 160)
    .map((line) => line.replace(/^\W*copyright\s*/i, '').trim());
  return holders.length > 0 ? holders.slice(0, 5) : undefined;
}

/** The machine's node-av holds FFmpeg, which makes it more than its package.json says: see NOTICE. */
const WITH_FFMPEG = /^@seydx\/node-av-/;
const FFMPEG_LICENCE = 'GPL-3+ and FDK-AAC';

/** Texts that every Debian has (Debian Policy 12.5). */
const COMMON: Readonly<Record<string, string>> = {
  'Apache-2.0': 'Apache-2.0',
  'GPL-3+': 'GPL-3',
  'LGPL-3.0-or-later': 'LGPL-3',
  'MPL-2.0': 'MPL-2.0',
};

/**
 * The file `copyright` (debian.org/doc/packaging-manuals/copyright-format/1.0).
 *
 * @param licence the project's own
 * @param notice what goes along with it
 */
export function renderCopyright(packages: readonly ShippedPackage[], licence: string, notice: string): string {
  const shortOf = (each: ShippedPackage) => (WITH_FFMPEG.test(each.name) ? FFMPEG_LICENCE : shortName(each.licence));
  const paragraphs = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Pipit\n' +
      `Comment:\n${indented(notice)}`,
    `Files: *\nCopyright: 2026 The Pipit authors\nLicense: Expat`,
    'Files: usr/lib/pipit/node/*\nCopyright: Node.js contributors, and those named in the file LICENSE there\nLicense: Node',
    ...packages.map(
      (each) =>
        `Files: usr/lib/pipit/${each.folder}/*\nCopyright: ${each.holders.join('\n           ')}\nLicense: ${shortOf(each)}\n` +
        `Comment: ${each.name} ${each.version}`,
    ),
    `License: Expat\n${indented(licence.slice(licence.indexOf('Permission')))}`,
    'License: Node\n MIT, with the licences of its parts: /usr/lib/pipit/node/LICENSE',
    'License: FDK-AAC\n Software License for The Fraunhofer FDK AAC Codec Library for Android. See the comment at the top.',
  ];
  const names = new Set(packages.flatMap((each) => shortOf(each).split(/ (?:and|or) /)));
  for (const name of [...names].sort()) {
    if (name === 'Expat' || name === 'FDK-AAC') continue;
    const common = COMMON[name];
    const where =
      common === undefined
        ? 'The text is in the directory of each package that has this licence.'
        : `The text is in /usr/share/common-licenses/${common}.`;
    paragraphs.push(`License: ${name}\n ${where}`);
  }
  return `${paragraphs.map((paragraph) => paragraph.trimEnd()).join('\n\n')}\n`;
}

function shortName(licence: string): string {
  return licence
    .replaceAll(/[()]/g, '')
    .replaceAll(' AND ', ' and ')
    .replaceAll(' OR ', ' or ')
    .replaceAll(/\bMIT\b/g, 'Expat');
}

/** As continued lines of a field are written. */
function indented(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line}`))
    .join('\n');
}
