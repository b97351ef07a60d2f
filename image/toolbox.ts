import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOptions, command } from './command.ts';
import { debianSources, SUITE } from './debian.ts';
import { prepareHost } from './prepare-host.ts';
import { done } from './step.ts';

/** What building, checking and emulating takes, all of one Debian release, so that no other version has a say. */
const PACKAGES = [
  'binutils-aarch64-linux-gnu',
  'bmap-tools',
  'ca-certificates',
  'cpio',
  'device-tree-compiler',
  'dosfstools',
  'dpkg-dev',
  'e2fsprogs',
  'fakeroot',
  'fdisk',
  'g++',
  'g++-aarch64-linux-gnu',
  'genimage',
  'iproute2',
  'kmod',
  'lintian',
  'make',
  'mmdebstrap',
  'mtools',
  'openssh-client',
  'openssl',
  'polkitd',
  'python3',
  'qemu-system-arm',
  'qemu-system-x86',
  'qemu-utils',
  'rauc',
  'squashfs-tools',
  'systemd',
  'u-boot-qemu',
  'u-boot-tools',
  'xz-utils',
  'zstd',
];

const MMDEBSTRAP_OPTIONS = [
  '--dpkgopt=force-unsafe-io',
  '--dpkgopt=path-exclude=/usr/share/man/*',
  '--dpkgopt=path-exclude=/usr/share/locale/*',
  '--aptopt=APT::Install-Recommends "false"',
];

/** A Debian of its own with all tools; what it runs sees this machine's folders that it is given, at their own paths. */
export interface Toolbox {
  /** Where it is unpacked. */
  readonly folder: string;
  /**
   * Runs a command in it, as root, with `binds` (absolute paths) readable and writable at the same place.
   * @returns what it wrote on standard output
   */
  run(binds: readonly string[], name: string, args: readonly string[], options?: CommandOptions): Promise<string>;
}

/** Makes the toolbox, once: about a minute. Takes root and mmdebstrap. */
export async function openToolbox(): Promise<Toolbox> {
  await prepareHost();
  const sources = await debianSources();
  const folder = await done({
    name: 'toolbox',
    inputs: [SUITE, sources, ...PACKAGES],
    async make(into) {
      const list = `${into}.list`;
      await writeFile(list, sources);
      await command('mmdebstrap', [
        '--variant=apt',
        ...MMDEBSTRAP_OPTIONS,
        `--include=${PACKAGES.join(',')}`,
        '--format=directory',
        SUITE,
        into,
        list,
      ]).finally(() => rm(list, { force: true }));
    },
  });
  return {
    folder,
    async run(binds, name, args, options = {}) {
      for (const path of binds) await mkdir(join(folder, path), { recursive: true });
      const mounts = ['/proc', '/sys', '/dev', ...binds].map((path) => `mount --rbind '${path}' '${folder}${path}'`);
      const enter = `cd '${options.cwd ?? '/'}' && exec "$0" "$@"`;
      const script = [...mounts, `exec chroot '${folder}' sh -ec '${enter.replaceAll("'", `'\\''`)}' "$0" "$@"`];
      const { cwd: _, ...rest } = options;
      return await command('unshare', ['--mount', 'sh', '-ec', script.join('\n'), name, ...args], {
        ...rest,
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          HOME: '/root',
          TMPDIR: '/tmp',
          ...rest.env,
        },
      });
    },
  };
}
