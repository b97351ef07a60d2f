import { chmod, cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { command } from '../command.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import { KERNEL } from './version.ts';

/** What goes into an initrd. */
export interface InitrdParts {
  /** A busybox that needs no libraries. */
  readonly busybox: string;
  /** Folder that has lib/modules/RELEASE/… */
  readonly modules: string;
  readonly release: string;
  /** Modules below the release's folder. */
  readonly early: readonly string[];
}

/** Programs that the script `init` calls; each is busybox under another name. */
const PROGRAMS = [
  ...['cat', 'echo', 'find', 'grep', 'head', 'mkdir', 'modprobe', 'mount', 'sed', 'sh', 'sleep', 'sort'],
  ...['switch_root', 'sync', 'umount', 'xargs'],
];

/**
 * Makes the initrd: busybox, the script image/kernel/initrd/init, and the drivers of disks. A cpio archive of the kind
 * that the kernel unpacks (kernel doc driver-api/early-userspace/buffer-format.rst), the same bytes each time.
 *
 * @param work an empty folder
 * @param file where it goes
 */
export async function makeInitrd(
  recipe: Recipe,
  toolbox: Toolbox,
  parts: InitrdParts,
  work: string,
  file: string,
): Promise<void> {
  await mkdir(join(work, 'bin'), { recursive: true });
  await mkdir(join(work, 'dev'));
  await cp(join(recipe.root, 'image/kernel/initrd/init'), join(work, 'init'));
  await chmod(join(work, 'init'), 0o755);
  await cp(parts.busybox, join(work, 'bin/busybox'));
  for (const name of PROGRAMS) await symlink('busybox', join(work, 'bin', name));
  await symlink('bin', join(work, 'sbin'));

  const from = join(parts.modules, 'lib/modules', parts.release);
  const to = join(work, 'lib/modules', parts.release);
  for (const path of parts.early) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(from, path), join(to, path));
  }
  for (const index of await readdir(from)) {
    if (/^modules\.(order|builtin)/.test(index)) await cp(join(from, index), join(to, index));
  }
  const folder = dirname(file);
  await toolbox.run([work], 'depmod', ['-b', work, parts.release]);
  await command('find', [work, '-exec', 'touch', '-h', '-d', `@${KERNEL.epoch}`, '{}', '+']);
  // The kernel makes /dev/console for itself where there is none, so no device nodes are needed.
  const archive =
    "find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0 | zstd -q -19 -T1 -o '$0'";
  await toolbox.run([work, folder], 'sh', ['-ec', archive.replace("'$0'", '"$0"'), file], { cwd: work });
}
