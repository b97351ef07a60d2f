/** One partition of the card. */
export interface Partition {
  /** As the kernel numbers it: 1–3 are primary, 4 holds those from 5 on. */
  readonly number: number;
  /** For people and for genimage. */
  readonly name: 'firmware' | 'bootA' | 'bootB' | 'rootA' | 'rootB' | 'data';
  readonly sizeMib: number;
  /** MBR type: 0x0c FAT by LBA, 0x83 Linux. */
  readonly type: '0x0c' | '0x83';
}

/**
 * Signature of the MBR. The kernel makes PARTUUIDs of it (block/partitions/msdos.c): the signature, a dash and the
 * partition's number, both in hexadecimal; so root= names a slot on any kind of disk.
 */
export const DISK_SIGNATURE = '50495054';

const MIB = 2 ** 20;

/** Partitions start at multiples of this: the usual erase unit of cards (SD Physical Layer, allocation unit). */
export const ALIGN_MIB = 4;

/** Number of the extended partition. */
export const EXTENDED = 4;

/**
 * The card. Both slots are large enough for images to come; the data partition grows over what is left of the card at
 * first boot. All together fits on the smallest "2 GB" card.
 */
export const PARTITIONS: readonly Partition[] = [
  { number: 1, name: 'firmware', sizeMib: 64, type: '0x0c' },
  { number: 2, name: 'bootA', sizeMib: 64, type: '0x0c' },
  { number: 3, name: 'bootB', sizeMib: 64, type: '0x0c' },
  { number: 5, name: 'rootA', sizeMib: 384, type: '0x83' },
  { number: 6, name: 'rootB', sizeMib: 384, type: '0x83' },
  { number: 7, name: 'data', sizeMib: 64, type: '0x83' },
];

/** A card of "2 GB" has at least this many bytes (the smallest of those sold). */
export const SMALLEST_CARD = 1_900_000_000;

/** Label of the partition that a PC shows when the card is put into it. */
export const FIRMWARE_LABEL = 'PIPIT';

/** Label of the partition that holds everything that lasts. */
export const DATA_LABEL = 'pipit-data';

/** The kernel's name of a partition on any disk that was made here. */
export function partUuid(number: number): string {
  return `${DISK_SIGNATURE}-${number.toString(16).padStart(2, '0')}`;
}

/**
 * @throws Error when there is no partition of that name
 */
export function partitionOf(name: Partition['name']): Partition {
  const found = PARTITIONS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No partition is named ${name}.`);
  return found;
}

/** A partition with its place on the disk, in bytes. */
export interface PlacedPartition extends Partition {
  readonly start: number;
  readonly size: number;
}

/** Where genimage puts the partitions: one after the other, each logical one behind an aligned table of its own. */
export function placedPartitions(): readonly PlacedPartition[] {
  let end = ALIGN_MIB;
  return PARTITIONS.map((partition) => {
    const startMib = end + (partition.number > EXTENDED ? ALIGN_MIB : 0);
    end = startMib + partition.sizeMib;
    return { ...partition, start: startMib * MIB, size: partition.sizeMib * MIB };
  });
}
