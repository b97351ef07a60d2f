import { posix } from 'node:path';
import type { Arch } from '../recipe.ts';
import type { Entry } from './tree.ts';

/** Without these a root is no Pipit. `*` stands for one name. */
const IN_ROOT: readonly string[] = [
  'usr/bin/pipit',
  'usr/lib/pipit/package.json',
  'usr/lib/pipit/src/main.js',
  'usr/lib/pipit/node/bin/node',
  'usr/lib/pipit/node/LICENSE',
  'usr/lib/systemd/system/pipit.service',
  'usr/share/doc/pipit/copyright',
  'usr/lib/os-release',
  'usr/lib/modules/*/modules.dep',
  'usr/lib/firmware/brcm',
  'usr/lib/firmware/regulatory.db',
  'usr/lib/systemd/systemd',
  'usr/sbin/init',
  'usr/bin/rauc',
  'usr/bin/fw_setenv',
  'usr/libexec/iwd',
  'usr/sbin/avahi-daemon',
  'usr/sbin/sshd',
  'usr/sbin/e2fsck',
  'usr/sbin/mke2fs',
  'usr/sbin/resize2fs',
  'usr/sbin/sfdisk',
  'usr/sbin/fsck.vfat',
  'usr/bin/amixer',
  'usr/bin/v4l2-ctl',
  'usr/bin/gpioset',
  'usr/sbin/tc',
  'usr/sbin/iw',
  'etc/rauc/system.conf',
  'etc/rauc/keyring.pem',
  'etc/fw_env.config',
  'etc/ssl/certs/ca-certificates.crt',
  'etc/pipit',
  'data',
  'boot/firmware',
  'var/lib/dpkg/status',
];

/** What the first partition has, by path. */
const ON_CARD: readonly string[] = [
  'bootcode.bin',
  'start.elf',
  'fixup.dat',
  'start4.elf',
  'fixup4.dat',
  'config.txt',
  'usercfg.txt',
  'pipit.txt',
  'u-boot.bin',
  'boot.scr',
  'uboot.env',
  'slots.env',
  'bcm2837-rpi-zero-2-w.dtb',
  'bcm2837-rpi-3-b.dtb',
  'bcm2837-rpi-3-b-plus.dtb',
  'bcm2711-rpi-4-b.dtb',
  'bcm2712-rpi-5-b.dtb',
  'overlays',
  'LICENCE.firmware.txt',
];

/** What is missing in a root; and what is started but leads nowhere. */
export function checkRootFiles(entries: readonly Entry[]): string[] {
  const paths = new Set(entries.map((each) => each.path));
  const isThere = (wanted: string) =>
    wanted.includes('*')
      ? [...paths].some((path) => new RegExp(`^${wanted.replaceAll('*', '[^/]+')}$`).test(path))
      : paths.has(wanted) ||
        [...ALIASES].some(([from, to]) => wanted.startsWith(from) && paths.has(wanted.replace(from, to)));
  const findings = IN_ROOT.filter((wanted) => !isThere(wanted)).map((wanted) => `${wanted} is missing.`);
  for (const { path, kind, target = '' } of entries) {
    if (kind !== 'link' || !/^etc\/systemd\/system\/.*\.(?:wants|requires)\//.test(path)) continue;
    const to = target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(path), target);
    const unit = to.replace(/^lib\//, 'usr/lib/').replace(/@[^./]+\./, '@.');
    if (!paths.has(unit)) findings.push(`${path} starts ${target}, which is not there.`);
  }
  const machineId = entries.find((each) => each.path === 'etc/machine-id');
  if (machineId === undefined) findings.push('etc/machine-id is missing: systemd takes each start for the first one.');
  else if (machineId.bytes !== 0) findings.push('etc/machine-id is not empty: all would have the same.');
  return findings;
}

/** Debian moves programs from sbin to bin package by package. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['usr/sbin/', 'usr/bin/'],
  ['usr/bin/', 'usr/sbin/'],
]);

/** What is missing on a FAT partition, of its files and folders. */
export function checkCardFiles(paths: ReadonlySet<string>, arch: Arch): string[] {
  const wanted = arch === 'arm64' ? ON_CARD : [];
  return wanted.filter((each) => !paths.has(each)).map((each) => `${each} is missing.`);
}

/** What is missing in the boot partition of a slot. */
export function checkSlotFiles(paths: ReadonlySet<string>, arch: Arch): string[] {
  const wanted = [arch === 'arm64' ? 'Image.gz' : 'vmlinuz', 'initrd'];
  return wanted.filter((each) => !paths.has(each)).map((each) => `${each} is missing.`);
}
