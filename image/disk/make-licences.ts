import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { bootParts } from './boot-parts.ts';
import { unpackedRoot } from './unpacked-root.ts';

/**
 * What is taken, below the root: copyright files of Debian's packages, texts they refer to, those of Node and of every
 * package of npm.
 */
const FIND = [
  'find usr/share/doc usr/share/common-licenses usr/lib/pipit -type f -o -type l |',
  "grep -Ei '^usr/share/(doc/[^/]+/copyright|common-licenses/[^/]+)$|",
  "^usr/lib/pipit/.*/(licen[cs]e|copying|copyright|notice|authors|third[-_]?party)[^/]*$' |",
  'LC_ALL=C sort > "$3/names"',
].join('');

/**
 * Collects all licences and notices of the image in one archive, with NOTICE on top.
 *
 * @param root the squashfs
 * @returns the path of pipit-VERSION-ARCH.licences.tar.xz
 */
export async function makeLicences(recipe: Recipe, toolbox: Toolbox, root: string): Promise<string> {
  const parts = await bootParts(recipe, toolbox);
  const name = `pipit-${recipe.version}-${recipe.arch}.licences.tar.xz`;
  const folder = await done({
    name: `licences-${recipe.arch}`,
    inputs: [
      ...[root, toolbox.folder, name, ...parts.map((each) => each.copyright)],
      hashOf(['NOTICE', 'LICENSE', 'image/disk/make-licences.ts', 'image/disk/boot-parts.ts']),
    ],
    async make(into) {
      const unpacked = await unpackedRoot(recipe, toolbox, root);
      for (const each of ['NOTICE', 'LICENSE']) await copyFile(join(recipe.root, each), join(into, each));
      for (const each of parts) {
        await mkdir(join(into, 'card', each.name), { recursive: true });
        await copyFile(each.copyright, join(into, 'card', each.name, 'copyright'));
      }
      const script = [
        `cd "$1" && ${FIND}`,
        'archive="$2"; here="$3"; root="$1"',
        `set -- --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@${recipe.epoch} --hard-dereference`,
        'tar "$@" -cf "$here/all.tar" -C "$here" NOTICE LICENSE card',
        'tar "$@" --no-recursion -rf "$here/all.tar" -C "$root" --files-from="$here/names"',
        'xz -6 --threads=1 --stdout "$here/all.tar" > "$archive"',
        'rm -r "$here/all.tar" "$here/names" "$here/NOTICE" "$here/LICENSE" "$here/card"',
      ].join('\n');
      await toolbox.run([dirname(unpacked), into], 'sh', ['-ec', script, 'sh', unpacked, join(into, name), into]);
    },
  });
  return join(folder, name);
}
