import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const SCRIPT = fileURLToPath(new URL('files/usr/lib/pipit-image/data-repair', import.meta.url));
const MIB = 1_048_576;
/** Of blocks of 4 KiB: the first one, and its first copy. */
const SUPERBLOCKS = [1_024, 128 * MIB] as const;
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

const run = (name: string, ...args: string[]) => spawnSync(name, args, { env, encoding: 'utf8' });
const test = suite<{ folder: string; image: string; aside: string }>(
  ['mke2fs', 'e2fsck', 'debugfs'].every((each) => run(each, '-V').status === 0)
    ? 'data repair'
    : 'data repair (skipped: there is no e2fsprogs here)',
);
const possible = run('mke2fs', '-V').status === 0;
const check = possible ? test : test.skip;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'pipit-data-'));
  context.image = join(context.folder, 'data');
  context.aside = join(context.folder, 'aside');
  writeFileSync(context.image, '');
  truncateSync(context.image, 192 * MIB);
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** A file system of the size of an early card, with one setting in it. */
function fill(folder: string, image: string, features = ''): void {
  const setting = join(folder, 'config.hcl');
  writeFileSync(setting, 'profile = "raspberry-pi"\n');
  run('mke2fs', '-q', '-F', '-t', 'ext4', '-O', `orphan_file,${features}`, '-b', '4096', '-L', 'pipit-data', image);
  run('debugfs', '-w', '-R', 'mkdir /etc', image);
  run('debugfs', '-w', '-R', `write ${setting} /etc/config.hcl`, image);
}

/** Writes noise over a part of the image. */
function spoil(image: string, from: number, bytes: number): void {
  const file = openSync(image, 'r+');
  const noise = Buffer.alloc(MIB, 0xa5);
  for (let done = 0; done < bytes; done += MIB) writeSync(file, noise, 0, Math.min(MIB, bytes - done), from + done);
}

const setting = (image: string) => run('debugfs', '-R', 'cat /etc/config.hcl', image).stdout;
const repair = (image: string, aside: string) => run('sh', SCRIPT, image, aside);
const clean = (image: string) => run('e2fsck', '-f', '-n', image).status === 0;

check('an empty partition gets a file system', ({ image, aside }) => {
  assert.is(repair(image, aside).status, 3);
  assert.ok(clean(image));
  assert.not(existsSync(aside), 'there was nothing to keep');
});

check('a whole file system is left as it is', ({ folder, image, aside }) => {
  fill(folder, image);
  assert.is(repair(image, aside).status, 0);
  assert.match(setting(image), 'raspberry-pi');
});

check('a repair that is killed for want of memory costs nothing: it is tried again', ({ folder, image, aside }) => {
  fill(folder, image);
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const killed = '#!/bin/sh\ncase $1 in -p) exit 4 ;; *) kill -9 $$ ;; esac\n';
  writeFileSync(join(programs, 'e2fsck'), killed, { mode: 0o755 });
  const { status, stdout } = spawnSync('sh', [SCRIPT, image, aside], {
    env: { ...env, PATH: `${programs}:${env.PATH}` },
    encoding: 'utf8',
  });
  assert.is(status, 1, stdout);
  assert.match(setting(image), 'raspberry-pi');
});

/** Sets a feature that nobody knows yet, in a superblock at that place (ext4 documentation: s_feature_incompat). */
function setUnknownFeature(image: string, superblockAt: number): void {
  const file = openSync(image, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, superblockAt + 0x63);
  byte[0] = (byte[0] ?? 0) | 0x80;
  writeSync(file, byte, 0, 1, superblockAt + 0x63);
  closeSync(file);
}

check('one that a newer system has made is left as it is', ({ folder, image, aside }) => {
  fill(folder, image, '^metadata_csum');
  for (const at of SUPERBLOCKS) setUnknownFeature(image, at);
  const before = readFileSync(image);
  const { status, stdout } = repair(image, aside);
  assert.is(status, 0, stdout);
  assert.match(stdout, 'a newer system');
  assert.ok(readFileSync(image).equals(before));
});

check('one whose superblock only looks newer is repaired', ({ folder, image, aside }) => {
  fill(folder, image, '^metadata_csum');
  setUnknownFeature(image, SUPERBLOCKS[0]);
  const { status, stdout } = repair(image, aside);
  assert.is(status, 0, stdout);
  assert.ok(clean(image));
  assert.match(setting(image), 'raspberry-pi');
});

check('a lost superblock is taken from its copy', ({ folder, image, aside }) => {
  fill(folder, image);
  spoil(image, 0, 4096);
  const { status, stdout } = repair(image, aside);
  assert.is(status, 0, stdout);
  assert.ok(clean(image));
  assert.match(setting(image), 'raspberry-pi');
});

check('errors that the kernel has found are mended', ({ folder, image, aside }) => {
  fill(folder, image);
  const at = /Block bitmap at (\d+)/.exec(run('dumpe2fs', image).stdout)?.[1];
  // As the kernel marks a file system in which it has found errors.
  run('debugfs', '-w', '-R', 'set_super_value state 2', image);
  spoil(image, Number(at) * 4096, 4096);
  assert.is(repair(image, aside).status, 0);
  assert.ok(clean(image));
  assert.match(setting(image), 'raspberry-pi');
});

check('what is left of a spoiled card is repaired until nothing is found any more', ({ folder, image, aside }) => {
  truncateSync(image, 640 * MIB);
  fill(folder, image);
  // Its next superblock is 128 MiB from the beginning.
  spoil(image, 0, 120 * MIB);
  const { status, stdout } = repair(image, aside);
  assert.is(status, 0, stdout);
  assert.ok(clean(image));
});

check('beyond repair it is made anew, and its first bytes are kept', ({ folder, image, aside }) => {
  fill(folder, image);
  spoil(image, 0, 160 * MIB);
  const { status, stdout } = repair(image, aside);
  assert.is(status, 3, stdout);
  assert.ok(clean(image));
  assert.is(gunzipSync(readFileSync(join(aside, 'first-8-MiB.gz'))).length, 8 * MIB);
});

check('a device that cannot be read is not written to', ({ folder, aside }) => {
  assert.is(repair(join(folder, 'none'), aside).status, 1);
  assert.not(existsSync(join(folder, 'none')));
});

test.run();
