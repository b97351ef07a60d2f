import { parseFields } from './dpkg-status.ts';

/** What a package's file `copyright` says, in SPDX's words. */
export interface DeclaredLicence {
  /** A licence expression (SPDX 2.3, annex D), or NOASSERTION where no machine can read the file. */
  readonly expression: string;
  /** Texts of the licences that SPDX has no name for, by their LicenseRef- names. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Debian's short names that differ from SPDX's, without their version and plus sign. */
const FAMILIES: readonly (readonly [RegExp, (version: string, orLater: boolean) => string])[] = [
  [/^(A?L?GPL)-?v?(\d(?:\.\d)?)(?:\.0)?$/i, (version, orLater) => `${version}-${orLater ? 'or-later' : 'only'}`],
  [/^(GFDL(?:-NIV)?)-(\d\.\d)$/i, (version, orLater) => `${version}-${orLater ? 'or-later' : 'only'}`],
];

/** Short names of debian.org/doc/packaging-manuals/copyright-format/1.0 and of habit, in lower case, to SPDX's. */
const NAMES: Readonly<Record<string, string>> = {
  expat: 'MIT',
  mit: 'MIT',
  'mit/x11': 'MIT',
  x11: 'X11',
  isc: 'ISC',
  zlib: 'Zlib',
  curl: 'curl',
  openssl: 'OpenSSL',
  '0bsd': '0BSD',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  'bsd-4-clause-uc': 'BSD-4-Clause-UC',
  'bsl-1.0': 'BSL-1.0',
  'apache-2': 'Apache-2.0',
  'apache-2.0': 'Apache-2.0',
  artistic: 'Artistic-1.0-Perl',
  'artistic-2': 'Artistic-2.0',
  'artistic-2.0': 'Artistic-2.0',
  'afl-2.1': 'AFL-2.1',
  beerware: 'Beerware',
  'bzip2-1.0.6': 'bzip2-1.0.6',
  'cc0-1.0': 'CC0-1.0',
  cc0: 'CC0-1.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc-by-4.0': 'CC-BY-4.0',
  fsfap: 'FSFAP',
  fsful: 'FSFUL',
  fsfullr: 'FSFULLR',
  hpnd: 'HPND',
  'hpnd-sell-variant': 'HPND-sell-variant',
  latex2e: 'Latex2e',
  'mpl-2.0': 'MPL-2.0',
  'openldap-2.8': 'OLDAP-2.8',
  'psf-2': 'PSF-2.0',
  'rsa-md': 'RSA-MD',
  sunpro: 'SunPro',
  unlicense: 'Unlicense',
  'unicode-dfs-2016': 'Unicode-DFS-2016',
};

/**
 * Reads a package's file `copyright` (debian.org/doc/packaging-manuals/copyright-format/1.0): all the licences that any
 * of its files has, joined by AND. What is not in that format is not guessed at.
 */
export function declaredLicence(copyright: string): DeclaredLicence {
  const texts = new Map<string, string>();
  const paragraphs = copyright
    .replaceAll('\r', '')
    .split(/\n(?:[ \t]*\n)+/)
    .map(parseFields);
  if (!paragraphs[0]?.get('format')?.startsWith('http')) return { expression: 'NOASSERTION', texts };
  const bodies = new Map<string, string>();
  const wanted = new Set<string>();
  for (const paragraph of paragraphs) {
    const [name = '', ...body] = (paragraph.get('license') ?? '').split('\n');
    if (name.trim() === '') continue;
    if (body.length > 0) bodies.set(name.trim(), body.map((line) => (line === '.' ? '' : line)).join('\n'));
    if (paragraph.has('files')) wanted.add(name.trim());
  }
  const terms = new Set([...wanted].sort().map((synopsis) => toExpression(synopsis, texts, bodies)));
  if (terms.size === 0) return { expression: 'NOASSERTION', texts };
  const joined = [...terms].map((term) => (terms.size > 1 && / (?:OR|AND) /.test(term) ? `(${term})` : term));
  return { expression: joined.join(' AND '), texts };
}

/** "GPL-2+ or MIT, and Zlib": `and` binds more than `or`, a comma before it less. */
function toExpression(synopsis: string, texts: Map<string, string>, bodies: ReadonlyMap<string, string>): string {
  const groups = synopsis.split(/,\s*and\s+/i).map((group) => {
    const choices = group.split(/\s+or\s+|\s*\|\s*/i).map((choice) =>
      choice
        .split(/\s+and\s+|\s*&\s*|\s*,\s*/i)
        .filter((term) => term !== '')
        .map((term) => toSpdxName(term.trim(), texts, bodies.get(term.trim()) ?? bodies.get(synopsis)))
        .join(' AND '),
    );
    return choices
      .map((choice) => (choices.length > 1 && choice.includes(' AND ') ? `(${choice})` : choice))
      .join(' OR ');
  });
  return groups.map((group) => (groups.length > 1 && group.includes(' OR ') ? `(${group})` : group)).join(' AND ');
}

function toSpdxName(name: string, texts: Map<string, string>, body: string | undefined): string {
  const known = NAMES[name.toLowerCase()];
  if (known !== undefined) return known;
  const orLater = name.endsWith('+');
  for (const [pattern, suffix] of FAMILIES) {
    const [, family, version] = pattern.exec(orLater ? name.slice(0, -1) : name) ?? [];
    if (family === undefined || version === undefined) continue;
    return `${family.toUpperCase()}-${suffix(version.includes('.') ? version : `${version}.0`, orLater)}`;
  }
  const reference = `LicenseRef-debian-${name.replaceAll('+', '-or-later').replaceAll(/[^A-Za-z0-9.-]+/g, '-')}`;
  const text = body?.trim() ?? '';
  if ((texts.get(reference) ?? '') === '') texts.set(reference, text);
  return reference;
}
