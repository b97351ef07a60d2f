import { copyFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Recipe } from '../recipe.ts';
import { sha256Of } from './block-map.ts';

/** One image, as Raspberry Pi Imager lists it (its doc/json-schema/os-list-schema.json and doc/schema-notes.md). */
export interface OsEntry {
  readonly name: string;
  readonly description: string;
  readonly icon: string;
  readonly url: string;
  /** Bytes of the disk, and its SHA-256: Imager leaves a card without a partition table when it does not match. */
  readonly extract_size: number;
  readonly extract_sha256: string;
  /** Bytes of what is downloaded, and its SHA-256. */
  readonly image_download_size: number;
  readonly image_download_sha256: string;
  /** YYYY-MM-DD */
  readonly release_date: string;
  /** How Imager leaves what was asked for: "cloudinit" is files on the first partition that Pipit reads as data. */
  readonly init_format: 'cloudinit';
  /** Tags of models. */
  readonly devices: readonly string[];
  readonly architecture: 'armv8';
  /** What Imager may ask for beyond the usual: none of it is applied by Pipit. */
  readonly capabilities: readonly string[];
}

/** A model, as Imager lets one choose it. */
interface OsDevice {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly matching_type: 'exclusive' | 'inclusive';
}

/** Models that the image is for. A Zero 2 W has the tag of the 3, whose chip it has. */
const DEVICES: readonly OsDevice[] = [
  device('Raspberry Pi Zero 2 W', 'Zero 2 W and Zero 2 WH', 'pi3-64bit'),
  device('Raspberry Pi 3', '3A+, 3B and 3B+', 'pi3-64bit'),
  device('Raspberry Pi 4', '4B and 400', 'pi4-64bit'),
  device('Raspberry Pi 5', '5 and 500: experimental', 'pi5-64bit'),
];

function device(name: string, description: string, tag: string): OsDevice {
  return { name, description, tags: [tag], matching_type: 'exclusive' };
}

/**
 * Where a release's file will be: at $PIPIT_RELEASE_URL, with a slash at its end or without; else where it is made. Imager
 * takes whole addresses only, file: among them, as its own doc/local_json/create_local_json.py writes them.
 */
export function releaseUrl(dist: string, file: string, base = process.env['PIPIT_RELEASE_URL'] ?? ''): string {
  const folder = base === '' ? pathToFileURL(dist).href : base;
  return `${folder.replace(/\/+$/, '')}/${encodeURIComponent(file)}`;
}

/** Name of the icon's file in a release. */
export const ICON = 'pipit.svg';

/** The entry of an image. */
export async function osEntry(recipe: Recipe, disk: string, compressed: string): Promise<OsEntry> {
  return {
    name: `Pipit ${recipe.version}`,
    description:
      'Lets the whole house hear and see a room: microphone and USB camera in the browser, and in Home Assistant',
    icon: releaseUrl(recipe.dist, ICON),
    url: releaseUrl(recipe.dist, basename(compressed)),
    extract_size: (await stat(disk)).size,
    extract_sha256: await sha256Of(disk),
    image_download_size: (await stat(compressed)).size,
    image_download_sha256: await sha256Of(compressed),
    release_date: new Date(recipe.epoch * 1000).toISOString().slice(0, 10),
    init_format: 'cloudinit',
    devices: [...new Set(DEVICES.flatMap((each) => each.tags))],
    architecture: 'armv8',
    capabilities: [],
  };
}

/** Names of the lists in a release. */
export const OS_LIST = 'os_list.json';
export const MANIFEST = 'pipit.rpi-imager-manifest';

/**
 * Writes the lists that Imager takes into a folder, with the icon they name:
 * os_list.json to be a part of another list, pipit.rpi-imager-manifest to be opened by itself.
 */
export async function writeOsLists(recipe: Recipe, entry: OsEntry, folder: string): Promise<void> {
  const write = async (name: string, list: object) =>
    await writeFile(join(folder, name), `${JSON.stringify(list, null, 2)}\n`);
  await write(OS_LIST, { os_list: [entry] });
  await write(MANIFEST, { imager: { devices: DEVICES }, os_list: [entry] });
  await copyFile(join(recipe.root, 'src/web/ui/icon.svg'), join(folder, ICON));
}
