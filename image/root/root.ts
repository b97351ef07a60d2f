import { appendFile, chmod, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { command } from '../command.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { signingKeys } from '../update/keys.ts';
import { layUpdateFiles } from '../update/lay-update-files.ts';
import { settleAccounts } from './settle-accounts.ts';
import { trimRoot } from './trim.ts';
import { MASKED } from './units.ts';

/** What a root is made of. */
export interface RootParts {
  /** Tar of Debian, of makeBase. */
  readonly base: string;
  /** Pipit's package; without one, the root is the same system with no Pipit in it. */
  readonly deb?: string;
  readonly kernel: Kernel;
}

/**
 * Blocks of 1 MiB would take a tenth less than those of 128 KiB. But whoever wants a page of a block reads all of it: on
 * 512 MB a start read 203 MB from the card then, instead of 115. Level 19 takes 72 s for 44, and 0.4 % less.
 */
const SQUASHFS = ['-comp', 'zstd', '-Xcompression-level', '17', '-b', '128K', '-noappend', '-no-exports', '-quiet'];

/** In this folder: tests and pages change nothing. */
const MADE_OF = ['files', 'root.ts', 'settle-accounts.ts', 'trim.ts', 'units.ts'];

/**
 * Makes the read-only root of one slot: Debian, Pipit's package, the image's own files and units, the kernel's modules,
 * and nothing that nobody reaches. The same inputs give the same bytes. Takes root.
 *
 * @returns file: root.squashfs
 */
export async function makeRoot(recipe: Recipe, toolbox: Toolbox, parts: RootParts): Promise<string> {
  const keys = await signingKeys(toolbox);
  const folder = await done({
    name: `root-${recipe.arch}`,
    inputs: [
      recipe.version,
      String(recipe.epoch),
      parts.base,
      parts.deb ?? '',
      parts.kernel.modules,
      hashOf(MADE_OF.map((name) => `image/root/${name}`)),
      hashOf(['systemd/image']),
      hashOf([
        'image/update/lay-update-files.ts',
        'image/update/system-conf.ts',
        'image/update/verity-status.c',
        'image/boot/environment.ts',
      ]),
      hashOf([keys.keyring], '/'),
    ],
    async make(into) {
      const root = join(into, 'root');
      await mkdir(root);
      await command('tar', ['-xf', parts.base, '--numeric-owner', '--xattrs', '--exclude=./dev/*', '-C', root]);
      if (parts.deb !== undefined) await installPackage(root, parts.deb);
      await cp(join(parts.kernel.modules, 'lib'), join(root, 'usr/lib'), { recursive: true });
      await trimRoot(root);
      await layFiles(recipe, root);
      await layUpdateFiles(recipe, toolbox, root, keys);
      await nameRelease(recipe, root);
      await prepare(toolbox, root);
      await settleAccounts(root, recipe.epoch);
      await enableUnits(toolbox, root);
      const times = ['-all-time', String(recipe.epoch), '-mkfs-time', String(recipe.epoch)];
      await toolbox.run([into], 'mksquashfs', [root, join(into, 'root.squashfs'), ...SQUASHFS, ...times]);
      await rm(root, { recursive: true });
    },
  });
  return join(folder, 'root.squashfs');
}

/** Runs the package's own scripts, in the root, by emulation where its machine is not this one. */
async function installPackage(root: string, deb: string): Promise<void> {
  await cp(deb, join(root, 'pipit.deb'));
  // Nothing is started in a root that is only being made (invoke-rc.d and deb-systemd-invoke ask policy-rc.d).
  const policy = join(root, 'usr/sbin/policy-rc.d');
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" dpkg --force-unsafe-io -i /pipit.deb';
  await command('unshare', ['--mount', 'sh', '-ec', script, root], {
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      DEBIAN_FRONTEND: 'noninteractive',
      SYSTEMD_OFFLINE: '1',
    },
  });
  await rm(policy);
  await rm(join(root, 'pipit.deb'));
}

/** The image's own files over those of Debian, and its units beside them. */
async function layFiles(recipe: Recipe, root: string): Promise<void> {
  await cp(join(recipe.root, 'image/root/files'), root, { recursive: true });
  const units = join(recipe.root, 'systemd/image');
  for (const name of await readdir(units)) {
    if (name.endsWith('.md') || name.endsWith('.ts')) continue;
    const to = name.endsWith('.preset') ? 'system-preset' : 'system';
    await cp(join(units, name), join(root, 'usr/lib/systemd', to, name), { recursive: true });
  }
}

/** What `os-release` says: RAUC, hostnamectl and bug reports read it (os-release(5)). */
async function nameRelease(recipe: Recipe, root: string): Promise<void> {
  await appendFile(join(root, 'usr/lib/os-release'), `IMAGE_ID=pipit\nIMAGE_VERSION=${recipe.version}\n`);
}

/** Mount points, and files that are made at run time otherwise. */
async function prepare(toolbox: Toolbox, root: string): Promise<void> {
  for (const folder of ['data', 'boot/firmware', 'var/lib/systemd/timesync', 'var/lib/iwd']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await chmod(join(root, 'var/lib/iwd'), 0o700);
  // Empty, not missing: systemd makes an id, and does not take each start for the first one (machine-id(5)).
  await writeFile(join(root, 'etc/machine-id'), '');
  await rm(join(root, 'var/lib/dbus/machine-id'), { force: true });
  await rm(join(root, 'etc/resolv.conf'), { force: true });
  await symlink('../run/systemd/resolve/stub-resolv.conf', join(root, 'etc/resolv.conf'));
  await command('chroot', [root, 'systemd-hwdb', '--usr', 'update']);
  // Users of the image's own; those of packages are there already.
  await command('chroot', [root, 'systemd-sysusers']);
  // Pipit's own folders: trimming took one of them.
  const own = ['/etc/pipit', '/var/lib/pipit', '/var/cache/pipit'].map((path) => `--prefix=${path}`);
  await toolbox.run([dirname(root)], 'systemd-tmpfiles', [`--root=${root}`, '--create', ...own]);
  // As systemd would do it at the first start: pipit-data then sees whose it is.
  await command('chroot', [root, 'chown', 'systemd-timesync:systemd-timesync', '/var/lib/systemd/timesync']);
}

/** On is what our list of presets says, and only that. */
async function enableUnits(toolbox: Toolbox, root: string): Promise<void> {
  const systemctl = async (...args: string[]) => {
    await toolbox.run([dirname(root)], 'systemctl', [`--root=${root}`, ...args], { env: { SYSTEMD_OFFLINE: '1' } });
  };
  const presets = join(root, 'usr/lib/systemd/system-preset');
  for (const name of await readdir(presets)) {
    if (name !== 'pipit-image.preset') await rm(join(presets, name));
  }
  await systemctl('preset-all');
  // After the presets, which undo masks of templates.
  for (const name of Object.keys(MASKED)) {
    const link = join(root, 'etc/systemd/system', name);
    await rm(link, { force: true });
    await symlink('/dev/null', link);
  }
  await systemctl('set-default', 'multi-user.target');
}
