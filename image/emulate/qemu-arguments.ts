import type { Arch } from '../recipe.ts';

/** The machine that QEMU plays. */
export interface Board {
  readonly arch: Arch;
  /** 512 is a Zero 2 W. */
  readonly memoryMb: number;
  /** A raw file, or the socket of an NBD server. */
  readonly disk: { readonly file: string } | { readonly socket: string };
  /** A raw file that is only read. */
  readonly secondDisk?: string;
  /** The boot loader, for a machine that boots as a Pi does from U-Boot on; or a kernel that is started directly. */
  readonly boot: { readonly uboot: string } | DirectBoot;
  readonly serialLog: string;
  /** Ports of 127.0.0.1 here, to ports of the machine. */
  readonly forwards: readonly { readonly here: number; readonly there: number }[];
  /** More arguments. */
  readonly extra?: readonly string[];
}

/** A kernel without a boot loader: the twin has none, and it is the way to other kernel arguments. */
export interface DirectBoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly arguments: string;
}

/** What the kernel is told when U-Boot does not do it; as image/boot/boot.cmd says it. */
export function kernelArguments(arch: Arch, more: readonly string[] = []): string {
  const console = arch === 'arm64' ? 'ttyAMA0' : 'ttyS0';
  return [
    'root=PARTUUID=50495054-05 rootfstype=squashfs ro rootwait rauc.slot=A',
    `console=tty1 console=${console},115200`,
    'panic=10 psi=1 lsm=landlock,yama net.ifnames=0 thp_anon=64K:always quiet loglevel=4',
    // A machine that is emulated beside others is slow: nothing is given up for that.
    'systemd.default_device_timeout_sec=300',
    ...more,
  ].join(' ');
}

/**
 * QEMU's arguments. Nothing of this machine's configuration counts, there is no window and no monitor, and a reboot is one.
 */
export function qemuArguments(board: Board): string[] {
  const { arch, boot, disk, secondDisk, forwards, memoryMb, serialLog, extra = [] } = board;
  // The processor of a Zero 2 W and of a 3: a program that needs a newer one ends here too.
  const virt = ['-M', 'virt', '-cpu', 'cortex-a53'];
  const q35 = ['-M', 'q35', '-cpu', 'max'];
  const start =
    'uboot' in boot
      ? ['-bios', boot.uboot]
      : ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', boot.arguments];
  const card =
    'file' in disk
      ? `driver=raw,node-name=card,file.driver=file,file.filename=${disk.file}`
      : `driver=nbd,node-name=card,server.type=unix,server.path=${disk.socket}`;
  const forwarded = forwards.map(({ here, there }) => `,hostfwd=tcp:127.0.0.1:${here}-:${there}`).join('');
  return [
    ...['-nodefaults', '-no-user-config', '-nographic', '-monitor', 'none', '-accel', 'tcg,thread=multi'],
    ...(arch === 'arm64' ? virt : q35),
    ...['-smp', '2', '-m', `${memoryMb}M`],
    ...start,
    ...['-blockdev', card, '-device', 'virtio-blk-pci,drive=card'],
    ...(secondDisk === undefined
      ? []
      : [
          '-drive',
          `if=none,id=second,format=raw,readonly=on,file=${secondDisk}`,
          '-device',
          'virtio-blk-pci,drive=second',
        ]),
    ...['-netdev', `user,id=lan${forwarded}`, '-device', 'virtio-net-pci,netdev=lan,romfile='],
    ...['-object', 'rng-random,filename=/dev/urandom,id=random', '-device', 'virtio-rng-pci,rng=random'],
    ...['-serial', `file:${serialLog}`],
    ...extra,
  ];
}
