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

${slots('A', 0)}
${slots('B', 1)}`;
}

/** The root of one of the two systems and its boot partition. @param index RAUC's number of it */
function slots(system: 'A' | 'B', index: 0 | 1): string {
  const device = (name: Parameters<typeof partitionOf>[0]) =>
    `/dev/disk/by-partuuid/${partUuid(partitionOf(name).number)}`;
  return `[slot.rootfs.${index}]
device=${device(`root${system}`)}
type=raw
bootname=${system}

[slot.boot.${index}]
device=${device(`boot${system}`)}
type=raw
parent=rootfs.${index}
`;
}
