import { ALIGN_MIB, DISK_SIGNATURE, EXTENDED, PARTITIONS } from './layout.ts';

/** Files that partitions are filled with, by the partition's name, in genimage's input folder. */
const CONTENT: Readonly<Record<string, string>> = {
  firmware: 'firmware.vfat',
  bootA: 'boot.vfat',
  rootA: 'root.squashfs',
  data: 'data.ext4',
};

/** The disk as genimage(1) wants it described. Partitions without content stay holes. */
export function genimageConfig(disk: string): string {
  const partitions = PARTITIONS.map(({ name, sizeMib, type }) => {
    const content = CONTENT[name];
    const lines = [
      `    partition-type = ${type}`,
      `    size = ${sizeMib}M`,
      ...(name === 'firmware' ? ['    bootable = true'] : []),
      ...(content === undefined ? [] : [`    image = "${content}"`]),
    ];
    return `  partition ${name} {\n${lines.join('\n')}\n  }`;
  });
  return `image ${disk} {
  hdimage {
    partition-table-type = "mbr"
    disk-signature = 0x${DISK_SIGNATURE}
    align = ${ALIGN_MIB}M
    extended-partition = ${EXTENDED}
  }
${partitions.join('\n')}
}
`;
}
