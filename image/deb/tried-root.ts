import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandOptions, command } from '../command.ts';

/** What is done before a command runs in the root: a /proc and a network of its own, and nobody else's processes. */
const ENTER = `
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
root="$1"; shift
exec chroot "$root" /bin/sh -c 'ip link set lo up 2> /dev/null; exec "$0" "$@"' "$@"
`;

/** A system of its own in a folder, for one try: commands run in it as root, under emulation where its machine is another. */
export class TriedRoot implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param base a tar archive of a Debian system */
  static async unpack(base: string): Promise<TriedRoot> {
    const folder = await mkdtemp(join(tmpdir(), 'pipit-try-deb-'));
    const root = new TriedRoot(folder);
    try {
      await command('tar', ['--numeric-owner', '-xf', base, '-C', folder]);
    } catch (error) {
      await root[Symbol.asyncDispose]();
      throw error;
    }
    return root;
  }

  /** @returns what it wrote on standard output */
  run(name: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child'];
    return command('unshare', [...apart, 'sh', '-ec', ENTER, 'sh', this.folder, name, ...args], {
      timeoutMs: 600_000,
      ...options,
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        DEBIAN_FRONTEND: 'noninteractive',
        ...options.env,
      },
    });
  }

  /** What a line of shell says. */
  async sh(line: string): Promise<string> {
    return (await this.run('sh', ['-ec', line])).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
