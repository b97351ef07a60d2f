import type { Arch } from '../recipe.ts';

/**
 * The kernel of the image, pinned: a backports suite moves on, and each new kernel is to be tried before it is shipped.
 * It is of trixie-backports, since trixie's own has neither gpio-sim nor most of a Pi 5.
 */
export const KERNEL = {
  version: '7.2.12',
  abi: '7.2.12+deb13',
  package: '7.2.12-1~bpo13+1',
  /** When the package was made, seconds since 1970: files of the initrd carry it, so that a change of Pipit leaves it as it is. */
  epoch: 1_793_811_961,
} as const;

/** As `uname -r` says it, and the folder in /lib/modules. */
export function kernelRelease(arch: Arch): string {
  return `${KERNEL.abi}-${arch}`;
}

/** The kernel itself, its modules, and its device trees with the configuration: NAME=VERSION for apt. */
export function kernelPackages(arch: Arch): string[] {
  return ['linux-binary', 'linux-modules', 'linux-base'].map(
    (name) => `${name}-${kernelRelease(arch)}=${KERNEL.package}`,
  );
}
