import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SLOTS_ENV_BYTES } from '../boot/environment.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import type { SigningKeys } from './keys.ts';
import { systemConf } from './system-conf.ts';

/**
 * Lays over a root what RAUC and fw_setenv(1) find their way by: slots, whom to trust, and where the tries are counted;
 * and what lets this RAUC understand this kernel.
 */
export async function layUpdateFiles(recipe: Recipe, toolbox: Toolbox, root: string, keys: SigningKeys): Promise<void> {
  const compiler = recipe.arch === 'arm64' ? 'aarch64-linux-gnu-gcc' : 'gcc';
  const source = join(recipe.root, 'image/update/verity-status.c');
  const library = join(root, 'usr/lib/pipit-image/verity-status.so');
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-s', '-Wl,--build-id=none'];
  await toolbox.run([recipe.root, root], compiler, [...flags, '-o', library, source]);
  await mkdir(join(root, 'etc/rauc'), { recursive: true });
  await writeFile(join(root, 'etc/rauc/system.conf'), systemConf(recipe.arch));
  await cp(keys.keyring, join(root, 'etc/rauc/keyring.pem'));
  await writeFile(
    join(root, 'etc/fw_env.config'),
    `# Where boot.scr and RAUC count tries (fw_printenv(1)): file, offset, size. One sector, written in place.\n/boot/firmware/slots.env 0x0 0x${SLOTS_ENV_BYTES.toString(16)}\n`,
  );
}
