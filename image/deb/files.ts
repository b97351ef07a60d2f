import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the package. */
export interface DebFile {
  /** Where it is installed, without the first slash. */
  readonly path: string;
  readonly content: Buffer | string;
  /** 0o644 by default. */
  readonly mode?: number;
}

/** Where what is in systemd/ goes, by its ending. */
const PLACES: Readonly<Record<string, (name: string) => string>> = {
  '.service': (name) => `usr/lib/systemd/system/${name}.service`,
  '.timer': (name) => `usr/lib/systemd/system/${name}.timer`,
  '.path': (name) => `usr/lib/systemd/system/${name}.path`,
  '.sysusers': (name) => `usr/lib/sysusers.d/${name}.conf`,
  '.tmpfiles': (name) => `usr/lib/tmpfiles.d/${name}.conf`,
  '.modules': (name) => `usr/lib/modules-load.d/${name}.conf`,
  '.sysctl': (name) => `usr/lib/sysctl.d/${name}.conf`,
  '.udev': (name) => `usr/lib/udev/rules.d/${name}.rules`,
  '.polkit': (name) => `usr/share/polkit-1/rules.d/${name}.rules`,
  '.dbus': (name) => `usr/share/dbus-1/system.d/${name}.conf`,
  '.avahi': (name) => `etc/avahi/services/${name}.service`,
};
const UNITS = 'usr/lib/systemd/system/';
const NOT_SHIPPED = /\.(?:md|ts)$/;

/**
 * Where a file of systemd/ is installed; undefined when it is not.
 * @throws Error when its ending is none that is known
 */
export function placeOf(file: string): string | undefined {
  if (NOT_SHIPPED.test(file)) return undefined;
  const { name, ext } = parse(file);
  const place = PLACES[ext];
  if (place === undefined) throw new Error(`systemd/${file}: nothing is known of ${ext || 'files without an ending'}.`);
  return place(name);
}

/** All of systemd/ that the package ships. */
export async function systemFiles(root: string): Promise<DebFile[]> {
  const entries = await readdir(join(root, 'systemd'), { withFileTypes: true });
  const files: DebFile[] = [];
  for (const entry of entries.filter((each) => each.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = placeOf(entry.name);
    if (path !== undefined) files.push({ path, content: await readFile(join(root, 'systemd', entry.name)) });
  }
  return files;
}

/** Names of the units that say when they are started. */
export function unitsToEnable(files: readonly DebFile[]): string[] {
  const units = files.filter(({ path, content }) => path.startsWith(UNITS) && /^\[Install\]$/m.test(String(content)));
  return units.map(({ path }) => path.slice(UNITS.length));
}

/** As gzip -9n makes it: without name and time. */
export function gzipped(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

/** Puts files below a folder. */
export async function putFiles(files: readonly DebFile[], into: string): Promise<void> {
  for (const { path, content, mode = 0o644 } of files) {
    const target = join(into, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  }
}
