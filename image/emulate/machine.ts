import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import { DiskCopy } from './disk-copy.ts';
import { freePort } from './free-port.ts';
import { type DirectBoot, qemuArguments } from './qemu-arguments.ts';
import { SerialLog } from './serial-log.ts';
import { SshShell } from './ssh-shell.ts';
import { toolOf } from './tool.ts';
import { VolatileDisk } from './volatile-disk.ts';

export interface MachineOptions {
  readonly arch: Arch;
  /** A disk image as it was built. The machine writes to a copy of it. */
  readonly disk: string;
  /** 1024 when left out. */
  readonly memoryMb?: number;
  /** How large the card is; as large as the image when left out. */
  readonly cardBytes?: number;
  /** A raw file that is only read. */
  readonly secondDisk?: string;
  /** A kernel that is started without a boot loader. Takes the place of U-Boot, which only arm64 has. */
  readonly direct?: DirectBoot;
  /** A power cut loses some of what the machine did not ask to be safe, chosen by this (numbers below one). */
  readonly losesWrites?: () => number;
  /** More lines of pipit.txt than the key that lets the tests in. */
  readonly settings?: readonly string[];
  /** Where its files go; a temporary folder that is removed in the end, when left out. */
  readonly folder?: string;
  /** More arguments of QEMU. */
  readonly extra?: readonly string[];
  readonly signal: AbortSignal;
}

/** From power to a shell, on a machine that has others beside it. */
const BOOT_MS = 600_000;
const POWER_OFF_MS = 120_000;

/**
 * An image in QEMU: a copy of its disk, which can be switched on, used by SSH and HTTP, and cut off, any number of times.
 * There is no way in but that of its owner: a key in pipit.txt.
 */
export class Machine implements AsyncDisposable {
  readonly arch: Arch;
  readonly disk: DiskCopy;
  readonly serial: SerialLog;
  readonly folder: string;
  /** Ports of 127.0.0.1 that lead to its page and its SSH. */
  readonly httpPort: number;
  readonly sshPort: number;
  readonly #toolbox: Toolbox;
  readonly #options: MachineOptions;
  #shell: SshShell;
  #qemu: ChildProcess | undefined;
  #volatile: VolatileDisk | undefined;
  #ended: Promise<void> = Promise.resolve();
  #onAbort = (): void => {
    this.#qemu?.kill('SIGKILL');
  };

  private constructor(
    toolbox: Toolbox,
    options: MachineOptions,
    parts: { folder: string; disk: DiskCopy; httpPort: number; sshPort: number },
  ) {
    this.#toolbox = toolbox;
    this.#options = options;
    this.arch = options.arch;
    this.folder = parts.folder;
    this.disk = parts.disk;
    this.httpPort = parts.httpPort;
    this.sshPort = parts.sshPort;
    this.serial = new SerialLog(join(parts.folder, 'serial.log'));
    this.#shell = new SshShell(toolbox, parts.folder, parts.sshPort, options.signal);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Prepares the machine; it is off. */
  static async open(toolbox: Toolbox, options: MachineOptions): Promise<Machine> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'pipit-machine-')));
    const disk = await DiskCopy.of(toolbox, options.disk, join(folder, 'card.img'), options.cardBytes);
    const key = await SshShell.makeKey(toolbox, folder);
    const lines = [`ssh_key = "${key}"`, ...(options.settings ?? [])];
    await disk.writeText('pipit.txt', `${lines.join('\n')}\n`);
    return new Machine(toolbox, options, { folder, disk, httpPort: await freePort(), sshPort: await freePort() });
  }

  get shell(): SshShell {
    return this.#shell;
  }

  get isOn(): boolean {
    return this.#qemu !== undefined;
  }

  /** Of its page. */
  url(path: string): string {
    return `http://127.0.0.1:${this.httpPort}${path}`;
  }

  /**
   * Switches it on; it boots from here on.
   * @param direct a kernel that is started without the boot loader this time
   */
  async powerOn(direct = this.#options.direct): Promise<void> {
    if (this.#qemu !== undefined) return;
    const { arch, memoryMb = 1024, secondDisk, extra, losesWrites } = this.#options;
    const uboot = join(this.#toolbox.folder, 'usr/lib/u-boot/qemu_arm64/u-boot.bin');
    if (direct === undefined && arch !== 'arm64') throw new Error('The twin has no boot loader: give it a kernel.');
    await this.serial.forget();
    if (losesWrites !== undefined) {
      this.#volatile = await VolatileDisk.open(this.disk.file, join(this.folder, 'disk'));
    }
    const program = toolOf(this.#toolbox, `usr/bin/qemu-system-${arch === 'arm64' ? 'aarch64' : 'x86_64'}`);
    const args = qemuArguments({
      arch,
      memoryMb,
      disk: this.#volatile === undefined ? { file: this.disk.file } : { socket: this.#volatile.socket },
      boot: direct ?? { uboot },
      serialLog: this.serial.file,
      forwards: [
        { here: this.httpPort, there: 8001 },
        { here: this.sshPort, there: 22 },
      ],
      ...(secondDisk !== undefined && { secondDisk }),
      ...(extra !== undefined && { extra }),
    });
    const data = ['-L', join(this.#toolbox.folder, 'usr/share/qemu')];
    const qemu = spawn(program.name, [...program.before, ...data, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    qemu.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    this.#qemu = qemu;
    this.#ended = new Promise((resolve) => {
      qemu.once('close', (code) => {
        this.#qemu = undefined;
        if (code !== 0 && code !== null) console.error(`QEMU ended with ${code}: ${said}`);
        resolve();
      });
    });
  }

  /** Switches it on and waits until it lets us in. */
  async boot(limitMs = BOOT_MS, direct = this.#options.direct): Promise<void> {
    await this.powerOn(direct);
    await this.shell.waitFor(limitMs);
  }

  /** Starts it again by its own means, and waits until it is back. */
  async reboot(limitMs = BOOT_MS): Promise<void> {
    const before = await this.shell.must('cat /proc/sys/kernel/random/boot_id');
    await this.serial.forget();
    await this.shell.exec('systemctl reboot');
    await this.#newShell();
    const endMs = performance.now() + limitMs;
    for (;;) {
      await this.shell.waitFor(limitMs);
      const now = await this.shell.exec('cat /proc/sys/kernel/random/boot_id');
      if (now.code === 0 && now.stdout !== before) return;
      if (performance.now() > endMs) throw new Error(`it did not start again within ${limitMs / 1000} s`);
      await this.#newShell();
    }
  }

  /**
   * The plug is pulled.
   * @returns sectors that the machine had written and not asked to be safe, and that a disk which may lose them has kept and
   *   lost
   */
  async powerCut(): Promise<{ readonly kept: number; readonly lost: number }> {
    this.#qemu?.kill('SIGKILL');
    await this.#ended;
    const fate = await this.#volatile?.cut(this.#options.losesWrites ?? (() => 0));
    await this.#closeDisk();
    await this.#newShell();
    return fate ?? { kept: 0, lost: 0 };
  }

  /** Shut down as its owner would; cut off when that takes too long. */
  async powerOff(): Promise<void> {
    if (this.#qemu === undefined) return;
    await this.shell.exec('systemctl poweroff').catch(() => undefined);
    const hard = setTimeout(() => this.#qemu?.kill('SIGKILL'), POWER_OFF_MS);
    await this.#ended;
    clearTimeout(hard);
    await this.#closeDisk();
    await this.#newShell();
  }

  /** Seconds of processor time that QEMU has used: how much emulating cost. */
  async processorSeconds(): Promise<number> {
    const text = await readFile(`/proc/${this.#qemu?.pid}/stat`, 'latin1').catch(() => '');
    const [user = 0, system = 0] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / 100;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#qemu?.kill('SIGKILL');
    await this.#ended;
    await this.#closeDisk();
    await this.#shell[Symbol.asyncDispose]();
    if (this.#options.folder === undefined) await rm(this.folder, { recursive: true, force: true });
    else await this.disk[Symbol.asyncDispose]();
  }

  async #closeDisk(): Promise<void> {
    const disk = this.#volatile;
    this.#volatile = undefined;
    await disk?.[Symbol.asyncDispose]();
  }

  async #newShell(): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
    this.#shell = new SshShell(this.#toolbox, this.folder, this.sshPort, this.#options.signal);
  }
}
