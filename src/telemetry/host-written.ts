import { readHostFile } from './host-files.ts';

/** More are not ours to have: a source, a camera and a program for each. */
const MOST = 64;

/**
 * What this process and all below it caused to be written to disks (proc_pid_io(5)): pages that were changed, less those
 * whose file was gone before they left. A child that has ended counts with its parent, so the sum only grows. What is
 * written to a file system in memory is none.
 *
 * @returns bytes since the program started; undefined where the kernel does not count
 */
export async function readWrittenBytes(procRoot: string): Promise<number | undefined> {
  const own = writtenOf(await readHostFile(`${procRoot}/self/io`));
  if (own === undefined) return undefined;
  let bytes = own;
  const pids = await childrenOf(
    procRoot,
    'self',
    Number.parseInt((await readHostFile(`${procRoot}/self/stat`)) ?? '', 10),
  );
  for (const pid of pids) {
    bytes += writtenOf(await readHostFile(`${procRoot}/${pid}/io`)) ?? 0;
    if (pids.length < MOST) pids.push(...(await childrenOf(procRoot, String(pid), pid)));
  }
  return Math.max(0, bytes);
}

async function childrenOf(procRoot: string, name: string, thread: number): Promise<number[]> {
  const text = (await readHostFile(`${procRoot}/${name}/task/${thread}/children`)) ?? '';
  return text.split(' ').filter(Boolean).slice(0, MOST).map(Number);
}

function writtenOf(text: string | undefined): number | undefined {
  const written = /^write_bytes: (\d+)$/m.exec(text ?? '');
  if (written === null) return undefined;
  return Number(written[1]) - Number(/^cancelled_write_bytes: (\d+)$/m.exec(text ?? '')?.[1] ?? 0);
}
