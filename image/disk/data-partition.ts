import { dirname } from 'node:path';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import { DATA_LABEL, partitionOf } from './layout.ts';

/** Fixed, so that the same inputs give the same bytes. The first boot may give a card its own. */
const UUID = '50495054-0007-4000-8000-000000000007';
const HASH_SEED = '50495054-0007-4000-8000-00005eed0007';

/** It can grow up to this without moving its descriptors: 1 TiB in blocks of 4 KiB. */
const LARGEST_BLOCKS = 2 ** 28;

/**
 * Makes the ext4 file system that all that lasts is kept in: empty, with checksums of its metadata (metadata_csum), and
 * all that would otherwise be written at the first mount written already, so that a card that loses power then is
 * whole.
 *
 * Blocks and inodes are those of a large file system, for it is one after the first boot: mke2fs would take those of a
 * diskette at this size.
 *
 * @param image the file to write
 */
export async function makeDataPartition(recipe: Recipe, toolbox: Toolbox, image: string): Promise<void> {
  const extended = [
    `hash_seed=${HASH_SEED}`,
    'lazy_itable_init=0',
    'lazy_journal_init=0',
    'nodiscard',
    'root_owner=0:0',
    `resize=${LARGEST_BLOCKS}`,
  ];
  await toolbox.run(
    [dirname(image)],
    'mke2fs',
    [
      ...['-q', '-t', 'ext4', '-T', 'default', '-L', DATA_LABEL, '-U', UUID, '-E', extended.join(',')],
      ...['-O', 'metadata_csum,64bit', '-b', '4096', '-i', '16384', '-J', 'size=8', '-m', '1', '-e', 'remount-ro'],
      ...[image, `${partitionOf('data').sizeMib}M`],
    ],
    { env: { E2FSPROGS_FAKE_TIME: String(recipe.epoch), SOURCE_DATE_EPOCH: String(recipe.epoch) } },
  );
}
