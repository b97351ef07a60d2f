import { basename, dirname } from 'node:path';
import { DISK_SIGNATURE, EXTENDED, placedPartitions } from '../disk/layout.ts';
import type { Toolbox } from '../toolbox.ts';
import type { Outcome } from './check.ts';

/** What sfdisk --json says, as far as it is read. */
export interface Table {
  readonly partitiontable: {
    readonly label: string;
    readonly id: string;
    readonly sectorsize: number;
    readonly partitions: readonly {
      readonly node: string;
      readonly start: number;
      readonly size: number;
      readonly type: string;
    }[];
  };
}

/** Looks at the partition table with other eyes than genimage's. */
export async function checkPartitionTable(toolbox: Toolbox, disk: string): Promise<Outcome> {
  const binds = [dirname(disk)];
  const table = JSON.parse(await toolbox.run(binds, 'sfdisk', ['--json', disk])) as Table;
  await toolbox.run(binds, 'sfdisk', ['--verify', disk]);
  const count = table.partitiontable.partitions.length;
  return { detail: `${basename(disk)}: ${count} partitions`, findings: compareTable(table) };
}

/** Differences between a table and image/disk/layout.ts. */
export function compareTable({ partitiontable: { label, id, sectorsize, partitions } }: Table): string[] {
  const findings: string[] = [];
  if (label !== 'dos') findings.push(`The partition table is of type ${label}, not MBR.`);
  if (id !== `0x${DISK_SIGNATURE}`) findings.push(`The disk's signature is ${id}, so no PARTUUID fits.`);
  const found = new Map(partitions.map((each) => [Number(/\d+$/.exec(each.node)?.[0]), each]));
  for (const { number, name, start, size, type } of placedPartitions()) {
    const its = found.get(number);
    if (its === undefined) {
      findings.push(`Partition ${number} (${name}) is not there.`);
      continue;
    }
    const [from, bytes] = [its.start * sectorsize, its.size * sectorsize];
    if (from !== start || bytes !== size) {
      findings.push(`Partition ${number} (${name}) has ${bytes} bytes at ${from}, not ${size} at ${start}.`);
    }
    if (`0x${its.type.padStart(2, '0')}` !== type)
      findings.push(`Partition ${number} (${name}) is of type ${its.type}.`);
  }
  const wanted = placedPartitions().length + 1;
  if (!found.has(EXTENDED)) findings.push('There is no extended partition.');
  if (partitions.length !== wanted) findings.push(`There are ${partitions.length} partitions, not ${wanted}.`);
  return findings;
}
