import { createHash } from 'node:crypto';
import { cp, lutimes, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { debianVersion, renderChangelog, renderControl } from './control.ts';
import { type DebFile, gzipped, putFiles, systemFiles, unitsToEnable } from './files.ts';
import { packagesOf, renderCopyright } from './licences.ts';
import { makeApp } from './make-app.ts';

/** What the package is made of besides the app, below the checkout. */
const SOURCES = [
  ...['LICENSE', 'NOTICE', 'CHANGELOG.md', 'config.hcl', 'image/deb/debian'],
  ...['control', 'files', 'licences', 'make-deb'].map((name) => `image/deb/${name}.ts`),
];
/** Unpacking takes 10 MB of memory; -z9 would take 65 for one megabyte less of 69, and packing 1.7 GB. */
const PACKED = ['-Zxz', '-z6'];

/**
 * Makes the package, packed small: pipit_VERSION_ARCH.deb. Minutes.
 *
 * @returns its path
 */
export async function makeDeb(recipe: Recipe, toolbox: Toolbox): Promise<string> {
  const { arch, epoch } = recipe;
  const plain = await makePlainDeb(recipe, toolbox);
  const folder = await done({
    name: `deb-${arch}`,
    inputs: [plain, ...PACKED],
    async make(into) {
      const tree = join(into, 'tree');
      await toolbox.run([into, dirname(plain)], 'dpkg-deb', ['--raw-extract', plain, tree]);
      await pack(tree, join(into, basename(plain)), PACKED, epoch, toolbox);
    },
  });
  return join(folder, basename(plain));
}

/**
 * Makes the same package without packing it: for what unpacks it at once. The program with Node and its packages is in
 * /usr/lib/pipit, around it is what makes a service of it.
 *
 * @returns its path
 */
export async function makePlainDeb(recipe: Recipe, toolbox: Toolbox): Promise<string> {
  const { arch, epoch, root, version } = recipe;
  const app = await makeApp(recipe, toolbox);
  const system = await systemFiles(root);
  const name = `pipit_${debianVersion(version)}_${arch}.deb`;
  const folder = await done({
    name: `deb-plain-${arch}`,
    inputs: [app, version, String(epoch), hashOf(SOURCES, root), JSON.stringify(system)],
    async make(into) {
      const tree = join(into, 'tree');
      await cp(app, join(tree, 'usr/lib/pipit'), { recursive: true });
      await putFiles([...system, ...(await documents(recipe, app))], tree);
      await putFiles(await controlFiles(recipe, tree, unitsToEnable(system)), tree);
      await setTimes(tree, epoch);
      await pack(tree, join(into, name), ['-Znone'], epoch, toolbox);
    },
  });
  return join(folder, name);
}

async function pack(tree: string, deb: string, how: readonly string[], epoch: number, toolbox: Toolbox): Promise<void> {
  const options = ['--root-owner-group', ...how, '--build', tree, deb];
  await toolbox.run([dirname(deb)], 'dpkg-deb', options, { env: { SOURCE_DATE_EPOCH: String(epoch) } });
  await rm(tree, { recursive: true });
}

async function documents({ root, version, epoch }: Recipe, app: string): Promise<DebFile[]> {
  const own = (name: string) => readFile(join(root, name), 'utf8');
  const part = (name: string) => own(`image/deb/debian/${name}`);
  const doc = 'usr/share/doc/pipit';
  const notice = await own('NOTICE');
  return [
    { path: 'usr/bin/pipit', content: await part('pipit.sh'), mode: 0o755 },
    { path: 'usr/share/pipit/config.hcl', content: await own('config.hcl') },
    { path: `${doc}/copyright`, content: renderCopyright(packagesOf(app), await own('LICENSE'), notice) },
    { path: `${doc}/changelog.gz`, content: gzipped(renderChangelog(version, epoch)) },
    { path: `${doc}/CHANGELOG.md.gz`, content: gzipped(await own('CHANGELOG.md')) },
    { path: 'usr/share/man/man1/pipit.1.gz', content: gzipped(await part('pipit.1')) },
    { path: 'usr/share/lintian/overrides/pipit', content: await part('lintian-overrides') },
  ];
}

async function controlFiles(
  { root, version, arch }: Recipe,
  tree: string,
  units: readonly string[],
): Promise<DebFile[]> {
  const files = await filesOf(tree);
  const sums = await Promise.all(files.map(async (path) => `${md5(await readFile(join(tree, path)))}  ${path}\n`));
  const sizes = await Promise.all(files.map(async (path) => Math.ceil((await stat(join(tree, path))).size / 1024)));
  const installedKiB = sizes.reduce((sum, size) => sum + size, 0);
  const conffiles = files.filter((path) => path.startsWith('etc/')).map((path) => `/${path}\n`);
  const scripts = await Promise.all(
    ['postinst', 'prerm', 'postrm'].map(async (name) => ({
      path: `DEBIAN/${name}`,
      content: (await readFile(join(root, 'image/deb/debian', name), 'utf8')).replaceAll('@UNITS@', units.join(' ')),
      mode: 0o755,
    })),
  );
  return [
    { path: 'DEBIAN/control', content: renderControl({ version, arch, installedKiB }) },
    { path: 'DEBIAN/conffiles', content: conffiles.join('') },
    { path: 'DEBIAN/md5sums', content: sums.join('') },
    ...scripts,
  ];
}

/** deb-md5sums(5) asks for MD5: it finds damage, it proves nothing. */
function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

async function filesOf(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .sort();
}

async function setTimes(tree: string, epoch: number): Promise<void> {
  for (const entry of await readdir(tree, { recursive: true })) await lutimes(join(tree, entry), epoch, epoch);
  await lutimes(tree, epoch, epoch);
}
