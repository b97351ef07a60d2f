/** A package of Debian, as dpkg has it installed. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of the source package that it is built from. */
  readonly source: { readonly name: string; readonly version: string };
  readonly maintainer: string;
  readonly homepage?: string;
}

/**
 * Reads dpkg's list of installed packages (/var/lib/dpkg/status, in the format of deb822(5)), sorted by name. Those
 * that were removed and left their settings are not among them.
 */
export function parseDpkgStatus(text: string): DebianPackage[] {
  const packages: DebianPackage[] = [];
  for (const paragraph of text.split(/\n{2,}/)) {
    const fields = parseFields(paragraph);
    const name = fields.get('package');
    const version = fields.get('version');
    if (name === undefined || version === undefined || !(fields.get('status') ?? '').endsWith(' installed')) continue;
    const homepage = fields.get('homepage');
    packages.push({
      name,
      version,
      architecture: fields.get('architecture') ?? 'all',
      source: sourceOf(fields.get('source') ?? name, version),
      maintainer: fields.get('maintainer') ?? '',
      ...(homepage === undefined ? {} : { homepage }),
    });
  }
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** "Source: gcc-14 (14.2.0-19)": the version is left out where it is the package's own. */
function sourceOf(field: string, version: string): DebianPackage['source'] {
  const [, name = field, own = version] = /^(\S+)(?: \((\S+)\))?/.exec(field) ?? [];
  return { name, version: own };
}

/** Fields of one paragraph, by their names in lower case; continued lines are joined by line ends. */
export function parseFields(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of paragraph.split('\n')) {
    const [, name, value] = /^([^\s:#][^\s:]*):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      fields.set(last, (value ?? '').trim());
    } else if (/^\s/.test(line) && last !== '') {
      fields.set(last, `${fields.get(last)}\n${line.trim()}`);
    }
  }
  return fields;
}
