import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
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
 * @param firmware folder of the first partition, with a folder `licences`
 * @returns the path of pipit-VERSION-ARCH.licences.tar.xz
 */
export async function makeLicences(
  recipe: Recipe,
  toolbox: Toolbox,
  { root, firmware }: { readonly root: string; readonly firmware?: string },
): Promise<string> {
  const name = `pipit-${recipe.version}-${recipe.arch}.licences.tar.xz`;
  const folder = await done({
    name: `licences-${recipe.arch}`,
    inputs: [root, firmware ?? '', toolbox.folder, name, hashOf(['NOTICE', 'LICENSE', 'image/disk/make-licences.ts'])],
    async make(into) {
      const unpacked = await unpackedRoot(recipe, toolbox, root);
      for (const each of ['NOTICE', 'LICENSE']) await copyFile(join(recipe.root, each), join(into, each));
      const script = [
        `cd "$1" && ${FIND}`,
        `set -- "$@" --sort=name --owner=0 --group=0 --numeric-owner --mode=0644 --mtime=@${recipe.epoch} --hard-dereference`,
        'archive="$2"; names="$3/names"; here="$3"; root="$1"; firmware="$4"; shift 4',
        'tar "$@" --no-recursion -cf "$here/all.tar" -C "$here" NOTICE LICENSE -C "$root" --files-from="$names"',
        '[ -z "$firmware" ] || tar "$@" --mode=u=rwX,go=rX -rf "$here/all.tar" -C "$firmware" licences',
        'xz -6 --threads=1 --stdout "$here/all.tar" > "$archive"',
        'rm "$here/all.tar" "$names" "$here/NOTICE" "$here/LICENSE"',
      ].join('\n');
      const binds = [dirname(unpacked), into, ...(firmware === undefined ? [] : [firmware])];
      await toolbox.run(binds, 'sh', ['-ec', script, 'sh', unpacked, join(into, name), into, firmware ?? '']);
    },
  });
  return join(folder, name);
}
