import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagesOf, type ShippedPackage } from '../deb/licences.ts';
import { SUITE } from '../debian.ts';
import { hashOf, nodeArch, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { type BootPart, bootParts } from './boot-parts.ts';
import { checkSpdx } from './check-spdx.ts';
import { declaredLicence } from './debian-licence.ts';
import { type DebianPackage, parseDpkgStatus } from './dpkg-status.ts';
import { type ExtractedLicence, type SpdxDocument, type SpdxPackage, spdxDocument, spdxId } from './spdx.ts';
import { unpackedRoot } from './unpacked-root.ts';

const IMAGE = 'SPDXRef-image';
const PIPIT = 'SPDXRef-deb-pipit';
const FDK = 'LicenseRef-FDK-AAC';

/** node-av's program for a machine is FFmpeg with all that is linked into it: see NOTICE. */
const WITH_FFMPEG = /^@seydx\/node-av-linux-/;

/** The lock file of npm, as far as it is read. */
interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

/**
 * Makes the bill of materials of a root and of what starts it: every package of Debian and of npm, Node, kernel,
 * firmware and U-Boot, as SPDX 2.3 in JSON. It is read from the finished root, not from what was asked for.
 *
 * @param root the squashfs
 * @returns the path of pipit-VERSION-ARCH.spdx.json
 * @throws Error with all that is wrong with it
 */
export async function makeSbom(recipe: Recipe, toolbox: Toolbox, root: string): Promise<string> {
  const name = `pipit-${recipe.version}-${recipe.arch}.spdx.json`;
  const parts = await bootParts(recipe, toolbox);
  const folder = await done({
    name: `sbom-${recipe.arch}`,
    inputs: [
      root,
      String(recipe.epoch),
      recipe.version,
      hashOf(['image/disk', 'image/deb/licences.ts', 'package-lock.json']),
      ...parts.map((each) => each.copyright),
    ],
    async make(into) {
      const document = await billOf(recipe, await unpackedRoot(recipe, toolbox, root), parts);
      const wrong = checkSpdx(document);
      if (wrong.length > 0) throw new Error(`The bill of materials is wrong:\n${wrong.join('\n')}`);
      await writeFile(join(into, name), `${JSON.stringify(document, null, 1)}\n`);
    },
  });
  return join(folder, name);
}

async function billOf(recipe: Recipe, root: string, parts: readonly BootPart[]): Promise<SpdxDocument> {
  const texts = new Map<string, string>();
  const debian = parseDpkgStatus(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8'));
  const installed: SpdxPackage[] = [];
  const licenceOf = async (copyright: string): Promise<string> => {
    const licence = declaredLicence(await readFile(copyright, 'utf8').catch(() => ''));
    for (const [reference, text] of licence.texts) {
      if ((texts.get(reference) ?? '') === '') texts.set(reference, text);
    }
    return licence.expression;
  };
  for (const each of debian) {
    const licence = await licenceOf(join(root, 'usr/share/doc', each.name, 'copyright'));
    installed.push(debianPackage(each, each.name === 'pipit' ? 'MIT' : licence));
  }
  texts.set(
    FDK,
    'Software License for The Fraunhofer FDK AAC Codec Library for Android: its text comes with its source.',
  );
  const lock = JSON.parse(await readFile(join(recipe.root, 'package-lock.json'), 'utf8')) as Lock;
  const inPipit = [
    node(recipe, lock),
    ...packagesOf(join(root, 'usr/lib/pipit')).map((each) => npmPackage(each, lock.packages[each.folder]?.integrity)),
  ];
  const onCard: SpdxPackage[] = [];
  for (const each of parts) onCard.push(cardPackage(each, recipe.arch, await licenceOf(each.copyright)));
  const contains = (from: string, packages: readonly SpdxPackage[]) =>
    packages.map((each) => ({
      spdxElementId: from,
      relationshipType: 'CONTAINS' as const,
      relatedSpdxElement: each.SPDXID,
    }));
  return spdxDocument(`pipit-${recipe.version}-${recipe.arch}`, recipe.epoch, {
    packages: [image(recipe), ...installed, ...onCard, ...inPipit],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: IMAGE },
      ...contains(IMAGE, [...installed, ...onCard]),
      ...contains(PIPIT, inPipit),
    ],
    hasExtractedLicensingInfos: [...texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([licenseId, text]) => extracted(licenseId, text)),
  });
}

const UNSAID = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

function image(recipe: Recipe): SpdxPackage {
  return {
    SPDXID: IMAGE,
    name: 'pipit-image',
    versionInfo: recipe.version,
    ...UNSAID,
    licenseDeclared: 'NOASSERTION',
    primaryPackagePurpose: 'OPERATING-SYSTEM',
    comment: `For ${recipe.arch}. Each part has its own licence.`,
  };
}

function debianPackage(each: DebianPackage, licence: string): SpdxPackage {
  const isOurs = each.name === 'pipit';
  return {
    SPDXID: spdxId('deb', each.name),
    name: each.name,
    versionInfo: each.version,
    ...UNSAID,
    licenseDeclared: licence,
    primaryPackagePurpose: isOurs ? 'APPLICATION' : each.name.startsWith('firmware-') ? 'FIRMWARE' : 'OTHER',
    ...(isOurs ? {} : { supplier: `Organization: ${each.maintainer}`, externalRefs: purl(each) }),
    ...(each.homepage === undefined ? {} : { homepage: each.homepage }),
    sourceInfo: `built from source package ${each.source.name} ${each.source.version}`,
    comment: `Licences: /usr/share/doc/${each.name}/copyright`,
  };
}

function cardPackage({ name, version }: BootPart, architecture: string, licence: string): SpdxPackage {
  const isKernel = name.startsWith('linux-');
  return {
    SPDXID: spdxId('card', name),
    name,
    versionInfo: version,
    ...UNSAID,
    licenseDeclared: licence,
    primaryPackagePurpose: isKernel ? 'OPERATING-SYSTEM' : name === 'busybox-static' ? 'APPLICATION' : 'FIRMWARE',
    supplier: 'Organization: Debian',
    externalRefs: purl({ name, version, architecture: name === 'raspi-firmware' ? 'all' : architecture }),
    comment: 'Only those of its files that are needed.',
  };
}

function purl(
  each: Pick<DebianPackage, 'name' | 'version' | 'architecture'>,
): NonNullable<SpdxPackage['externalRefs']> {
  const name = encodeURIComponent(each.name);
  const version = encodeURIComponent(each.version).replaceAll('~', '%7E');
  return locator(`pkg:deb/debian/${name}@${version}?arch=${each.architecture}&distro=${SUITE}`);
}

function locator(referenceLocator: string): NonNullable<SpdxPackage['externalRefs']> {
  return [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }];
}

function node(recipe: Recipe, lock: Lock): SpdxPackage {
  const name = `node-linux-${nodeArch(recipe.arch)}`;
  const version = lock.packages[`node_modules/${name}`]?.version ?? 'unknown';
  return {
    SPDXID: spdxId('npm', name),
    name,
    versionInfo: version,
    ...UNSAID,
    licenseDeclared: 'MIT',
    primaryPackagePurpose: 'APPLICATION',
    externalRefs: locator(`pkg:npm/${name}@${version}`),
    comment: "Node.js. Licences of its parts: /usr/lib/pipit/node/LICENSE. Only Node's program is shipped.",
  };
}

function npmPackage(each: ShippedPackage, integrity: string | undefined): SpdxPackage {
  const checksum = integrity?.startsWith('sha512-')
    ? Buffer.from(integrity.slice(7), 'base64').toString('hex')
    : undefined;
  return {
    SPDXID: spdxId('npm', each.folder.replace('node_modules/', ''), each.version),
    name: each.name,
    versionInfo: each.version,
    ...UNSAID,
    licenseDeclared: WITH_FFMPEG.test(each.name) ? `GPL-3.0-or-later AND ${FDK}` : npmLicence(each.licence),
    primaryPackagePurpose: 'LIBRARY',
    ...(checksum === undefined ? {} : { checksums: [{ algorithm: 'SHA512' as const, checksumValue: checksum }] }),
    externalRefs: locator(`pkg:npm/${each.name.replace('@', '%40')}@${each.version}`),
    ...(WITH_FFMPEG.test(each.name) ? { comment: 'Linked statically with FFmpeg and its libraries: see NOTICE.' } : {}),
  };
}

function npmLicence(licence: string): string {
  return /^[A-Za-z0-9.()+ -]+$/.test(licence) && licence !== 'unknown' && !/SEE LICEN/i.test(licence)
    ? licence
    : 'NOASSERTION';
}

function extracted(licenseId: string, text: string): ExtractedLicence {
  const name = licenseId.replace(/^LicenseRef-(?:debian-)?/, '');
  const elsewhere = `"${name}": the text is in the packages' files /usr/share/doc/PACKAGE/copyright.`;
  return { licenseId, name, extractedText: text === '' ? elsewhere : text };
}
