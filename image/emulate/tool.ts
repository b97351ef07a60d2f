import { join } from 'node:path';
import { machineOf } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';

/** A program and the arguments that stand before its own. */
export interface Tool {
  readonly name: string;
  readonly before: readonly string[];
}

/**
 * A program of the toolbox that is run where it lies, as nobody in particular: by the toolbox's own loader (ld.so(8)), with
 * the toolbox's libraries. So it sees this machine's files and is one process that can be ended.
 */
export function toolOf({ folder }: Toolbox, path: string): Tool {
  const machine = machineOf(process.arch === 'arm64' ? 'arm64' : 'amd64');
  const loader = machine === 'aarch64' ? 'usr/lib/ld-linux-aarch64.so.1' : 'usr/lib64/ld-linux-x86-64.so.2';
  const libraries = join(folder, 'usr/lib', `${machine}-linux-gnu`);
  const more = join(libraries, 'pulseaudio');
  return {
    name: join(folder, loader),
    before: ['--library-path', `${libraries}:${more}`, join(folder, path)],
  };
}
