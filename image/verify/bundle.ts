import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Of } from '../disk/block-map.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import { compatibleOf } from '../update/system-conf.ts';
import type { Outcome } from './check.ts';

/** What `rauc info --output-format=json` says, as far as it is read. */
interface Info {
  readonly compatible: string;
  readonly version: string;
  readonly format: string;
  readonly images: readonly Readonly<Record<string, { readonly filename: string; readonly checksum: string }>>[];
}

/**
 * The bundle is signed by whom devices trust, is meant for them, and has in it what the disk has.
 *
 * @param root the unpacked root, whose keyring counts
 * @param parts the files that must be in it, by slot class
 */
export async function checkBundle(
  recipe: Recipe,
  toolbox: Toolbox,
  bundle: string,
  { root, parts, work }: { root: string; parts: Readonly<Record<string, string>>; work: string },
): Promise<Outcome> {
  const findings: string[] = [];
  const keyring = join(root, 'etc/rauc/keyring.pem');
  const binds = [dirname(bundle), join(root, 'etc/rauc'), work];
  const run = (...args: string[]) => toolbox.run(binds, 'rauc', ['info', ...args]);
  const info = JSON.parse(await run('--keyring', keyring, '--output-format=json', bundle)) as Info;
  if (info.compatible !== compatibleOf(recipe.arch)) findings.push(`It is for ${info.compatible}.`);
  if (info.version !== recipe.version) findings.push(`It says that it is version ${info.version}.`);
  if (info.format !== 'verity') findings.push(`Its format is ${info.format}, not verity.`);
  for (const [slot, path] of Object.entries(parts)) {
    const its = info.images.find((each) => each[slot] !== undefined)?.[slot];
    if (its === undefined) findings.push(`It has nothing for ${slot}.`);
    else if (its.checksum !== (await sha256Of(path))) findings.push(`What it has for ${slot} is not on the disk.`);
  }
  // The check itself must be able to fail.
  const other = join(work, 'other.pem');
  await toolbox.run([work], 'openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', join(work, 'other.key'), '-out', other],
    ...['-subj', '/CN=Somebody else', '-days', '1'],
  ]);
  const wasRefused = await run('--keyring', other, bundle).then(
    () => false,
    () => true,
  );
  if (!wasRefused) findings.push('It is taken with the keyring of somebody else.');
  await writeFile(join(work, 'other.key'), '');
  await rm(other);
  return { detail: `version ${info.version} for ${info.compatible}, signed`, findings };
}
