import { dirname, join } from 'node:path';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';

/** Makes boot.scr of boot.cmd, with the recipe's time in its header. */
export async function makeBootScript(recipe: Recipe, toolbox: Toolbox, file: string): Promise<void> {
  const source = join(recipe.root, 'image/boot/boot.cmd');
  const kind = ['-A', 'arm64', '-O', 'linux', '-T', 'script', '-C', 'none', '-n', 'Pipit'];
  await toolbox.run([recipe.root, dirname(file)], 'mkimage', [...kind, '-d', source, file], {
    env: { SOURCE_DATE_EPOCH: String(recipe.epoch) },
  });
}
