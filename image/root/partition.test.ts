import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('partition of the own disk');

const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const SCRIPT = textOf('files/usr/lib/pipit-image/partition');
/** The initrd's own way, in the same words. */
const [IN_INITRD = ''] = /^partition\(\) \{\n[\s\S]*?^\}\n/m.exec(textOf('../kernel/initrd/init')) ?? [];

/** What both say of partition 7, where these block devices have it. */
function found(...devices: readonly string[]): string[] {
  const root = mkdtempSync(join(tmpdir(), 'pipit-partition-'));
  const here = (text: string) => text.replaceAll(/\/(?=(?:sys|proc)\/)/g, `${root}/`);
  const write = (file: string, text: string) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  try {
    write('proc/cmdline', 'root=PARTUUID=50495054-05 rootfstype=squashfs rauc.slot=A\n');
    write('sys/class/block/loop0/uevent', 'MAJOR=7\nDEVNAME=loop0\nDEVTYPE=disk\n');
    for (const name of devices) {
      write(`sys/class/block/${name}/uevent`, `DEVNAME=${name}\nDEVTYPE=partition\nPARTN=7\nPARTUUID=50495054-07\n`);
    }
    return [[here(SCRIPT), '07'] as const, [`${here(IN_INITRD)}partition 50495054-07`, ''] as const].map(
      ([text, argument]) =>
        spawnSync('/bin/sh', ['-c', text, 'partition', argument], { encoding: 'utf8', timeout: 20_000 }).stdout,
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('it is found by what the kernel says', () => {
  assert.equal(found('mmcblk0p7'), ['/dev/mmcblk0p7\n', '/dev/mmcblk0p7\n']);
  assert.equal(found(), ['', '']);
});

test('another card with Pipit in a reader takes neither the root nor the data away', () => {
  assert.equal(found('sda7', 'mmcblk0p7'), ['/dev/mmcblk0p7\n', '/dev/mmcblk0p7\n']);
});

test.run();
