import { existsSync } from 'node:fs';
import { command } from './command.ts';

const BINFMT = '/proc/sys/fs/binfmt_misc';
const INSTALL = 'apt-get install mmdebstrap arch-test qemu-user-static binfmt-support debian-archive-keyring';

/**
 * Sees to it that this machine can build: root, mmdebstrap, and programs of arm64 that run by emulation (binfmt_misc of
 * the kernel, with qemu-user-static).
 *
 * @throws Error that says what is missing, and what to do
 */
export async function prepareHost(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Building the image takes root: file owners, mounts and chroot.');
  for (const name of ['mmdebstrap', 'arch-test', 'update-binfmts']) {
    await command('sh', ['-c', `command -v ${name}`]).catch(() => {
      throw new Error(`${name} is missing here. On Debian: ${INSTALL}`);
    });
  }
  if (!existsSync(`${BINFMT}/register`)) await command('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  if (!existsSync(`${BINFMT}/qemu-aarch64`)) await command('update-binfmts', ['--enable', 'qemu-aarch64']);
  if (!existsSync(`${BINFMT}/qemu-aarch64`)) throw new Error(`No program of arm64 runs here. On Debian: ${INSTALL}`);
}
