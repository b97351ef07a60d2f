import { partitionOf, partUuid } from '../disk/layout.ts';
import type { Arch } from '../recipe.ts';

/** What a bundle and a device call themselves: RAUC installs only where both are the same. */
export function compatibleOf(arch: Arch): string {
  return `pipit-${arch}`;
}

/**
 * RAUC's configuration (RAUC reference manual, "System Configuration File"): two slots, each a root with the boot
 * partition that belongs to it, so that both are written and chosen together.
 */
export function systemConf(arch: Arch): string {
  const device = (name: Parameters<typeof partitionOf>[0]) =>
    `/dev/disk/by-partuuid/${partUuid(partitionOf(name).number)}`;
  return `# How RAUC updates Pipit's image.

[system]
compatible=${compatibleOf(arch)}
bootloader=uboot
# What is known of the slots; lasts over updates.
data-directory=/data/rauc
mountprefix=/run/rauc/mnt
bundle-formats=verity
# A damaged one is refused before the other system is touched.
perform-pre-check=true
# A new system has three tries to come up well, then the old one is back. One that has proven itself has more: pulling
# the plug three times in a row while it starts must not put it away. Below ten, as boot.scr counts.
boot-attempts-primary=3
boot-attempts=6

[keyring]
path=/etc/rauc/keyring.pem

[handlers]
pre-install=/usr/lib/pipit-image/update-begins
post-install=/usr/lib/pipit-image/update-ends

[slot.rootfs.0]
device=${device('rootA')}
type=raw
bootname=A

[slot.boot.0]
device=${device('bootA')}
type=raw
parent=rootfs.0

[slot.rootfs.1]
device=${device('rootB')}
type=raw
bootname=B

[slot.boot.1]
device=${device('bootB')}
type=raw
parent=rootfs.1
`;
}
