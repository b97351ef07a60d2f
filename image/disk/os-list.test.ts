import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../recipe.ts';
import { type OsEntry, osEntry, releaseUrl, writeOsLists } from './os-list.ts';

const test = suite("Raspberry Pi Imager's list");

const RECIPE = { arch: 'arm64', version: '1.2.3', epoch: 1_767_225_599, root: ROOT, dist: '/srv/dist' } as const;

async function entryOfSmallFiles(): Promise<{ entry: OsEntry; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-os-list-'));
  await writeFile(join(folder, 'pipit.img'), 'abc');
  await writeFile(join(folder, 'pipit.img.xz'), '');
  return { folder, entry: await osEntry(RECIPE, join(folder, 'pipit.img'), join(folder, 'pipit.img.xz')) };
}

test('an entry says of both the disk and the download how large they are and what their sums are', async () => {
  const { entry } = await entryOfSmallFiles();
  assert.is(entry.extract_size, 3);
  assert.is(entry.extract_sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.is(entry.image_download_size, 0);
  assert.is(entry.image_download_sha256, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('an entry has every field that the schema asks for, of its type', async () => {
  const { entry } = await entryOfSmallFiles();
  for (const name of ['name', 'description', 'icon', 'url', 'extract_sha256', 'release_date'] as const) {
    assert.type(entry[name], 'string');
    assert.ok(entry[name] !== '', name);
  }
  assert.ok(Number.isInteger(entry.extract_size) && Number.isInteger(entry.image_download_size));
  assert.is(entry.release_date, '2025-12-31');
  assert.ok(['', 'systemd', 'cloudinit', 'cloudinit-rpi', 'rpi-preseed', 'none'].includes(entry.init_format));
  assert.ok(['armel', 'armhf', 'armv8'].includes(entry.architecture));
  assert.equal(entry.devices, ['pi3-64bit', 'pi4-64bit', 'pi5-64bit']);
  const known = ['secure_boot', 'passwordless_sudo', 'i2c', 'spi', 'onewire', 'serial', 'usb_otg'];
  assert.ok(entry.capabilities.every((each) => known.includes(each)));
});

test('what is to be a part of another list has nothing about Imager itself; the manifest names models', async () => {
  const { entry, folder } = await entryOfSmallFiles();
  await writeOsLists(RECIPE, entry, folder);
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  assert.equal(await read('os_list.json'), { os_list: [entry] });
  const manifest = await read('pipit.rpi-imager-manifest');
  assert.equal(Object.keys(manifest).sort(), ['imager', 'os_list']);
  assert.equal(Object.keys(manifest.imager), ['devices']);
  for (const device of manifest.imager.devices) {
    assert.type(device.name, 'string');
    assert.type(device.description, 'string');
    assert.ok(device.tags.every((tag: string) => entry.devices.includes(tag)));
    assert.ok(['exclusive', 'inclusive'].includes(device.matching_type));
  }
  assert.match(await readFile(join(folder, 'pipit.svg'), 'utf8'), /^<svg /);
});

test('files have a whole address: the one that is given, or where they are made', () => {
  assert.is(releaseUrl('/d', 'a.img.xz', 'https://example.org/v1/'), 'https://example.org/v1/a.img.xz');
  assert.is(releaseUrl('/d', 'a~1.img.xz', 'file:///srv'), 'file:///srv/a~1.img.xz');
  assert.is(releaseUrl('/my builds/50 %', 'a.img.xz', ''), 'file:///my%20builds/50%20%25/a.img.xz');
  assert.is(fileURLToPath(releaseUrl('/my builds/50 %', 'a~1.img.xz', '')), '/my builds/50 %/a~1.img.xz');
});

test('an image and its icon are found by the addresses of the lists', async () => {
  const { entry } = await entryOfSmallFiles();
  for (const address of [entry.url, entry.icon]) assert.ok(URL.canParse(address), address);
});

test.run();
