import { statfs } from 'node:fs/promises';
import type { HostStorage } from '../core/host-storage.ts';

type HostDisk = Pick<HostStorage, 'diskBytes' | 'freeBytes' | 'usedRatio'>;

/** The disk that a directory is on; nothing is known while the directory is not there. */
export async function readHostDisk(directory: string): Promise<HostDisk> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(directory);
    const usable = blocks - bfree + bavail;
    return {
      diskBytes: blocks * bsize,
      freeBytes: bavail * bsize,
      usedRatio: usable === 0 ? undefined : (blocks - bfree) / usable,
    };
  } catch {
    return { diskBytes: undefined, freeBytes: undefined, usedRatio: undefined };
  }
}
