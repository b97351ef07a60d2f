import { readFileSync } from 'node:fs';

/** Of the thread that reads it (proc_thread-self(5)). */
const OWN_IO = '/proc/thread-self/io';

/**
 * Bytes that this thread has caused to be written to disks since it began (proc_pid_io(5)); undefined where the kernel
 * does not count. What is written to a file system in memory is none.
 */
export function writtenBytes(): number | undefined {
  try {
    const found = /^write_bytes: (\d+)$/m.exec(readFileSync(OWN_IO, 'latin1'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
