import { dirname, join } from 'node:path';
import type { Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';

/**
 * Unpacks a root, with owners, modes and times, to be looked at from outside.
 *
 * @param root the squashfs
 * @returns the folder
 */
export async function unpackedRoot(recipe: Recipe, toolbox: Toolbox, root: string): Promise<string> {
  const folder = await done({
    name: `root-unpacked-${recipe.arch}`,
    inputs: [root],
    async make(into) {
      const options = ['-no-progress', '-quiet', '-dest', join(into, 'root')];
      await toolbox.run([dirname(root), into], 'unsquashfs', [...options, root]);
    },
  });
  return join(folder, 'root');
}
