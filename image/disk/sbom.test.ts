import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSpdx } from './check-spdx.ts';
import { declaredLicence } from './debian-licence.ts';
import { parseDpkgStatus } from './dpkg-status.ts';
import { type SpdxDocument, type SpdxPackage, spdxDocument, spdxId } from './spdx.ts';

const test = suite('bill of materials');

const STATUS = `Package: zlib1g
Status: install ok installed
Architecture: arm64
Source: zlib
Version: 1:1.3.dfsg+really1.3.1-1+b1
Maintainer: Mark Brown <broonie@debian.org>
Description: compression library - runtime
 A paragraph with a line that looks like one:
 Version: 9
 .
 Its end.
Homepage: https://zlib.net/

Package: gone
Status: deinstall ok config-files
Version: 1

Package: libgcc-s1
Status: install ok installed
Architecture: arm64
Source: gcc-14 (14.2.0-19)
Version: 14.2.0-19+b2
Maintainer: Debian GCC Maintainers <debian-gcc@lists.debian.org>
`;

test('installed packages are read with their sources; what was removed is not among them', () => {
  const [gcc, zlib, ...rest] = parseDpkgStatus(STATUS);
  assert.is(rest.length, 0);
  assert.equal(gcc?.source, { name: 'gcc-14', version: '14.2.0-19' });
  assert.equal(zlib?.source, { name: 'zlib', version: '1:1.3.dfsg+really1.3.1-1+b1' });
  assert.is(zlib?.version, '1:1.3.dfsg+really1.3.1-1+b1');
  assert.is(zlib?.homepage, 'https://zlib.net/');
});

test('licences of a copyright file become one expression in the words of SPDX', () => {
  const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: x

Files: *
Copyright: 2020 A
License: GPL-2+

Files: a/*
Copyright: 2020 A
License: Expat or LGPL-2.1

Files: b
Copyright: nobody
License: public-domain
 Do what you like.
 .
 Really.

License: GPL-2+
 On Debian systems, see /usr/share/common-licenses/GPL-2.
`;
  const { expression, texts } = declaredLicence(copyright);
  assert.is(expression, '(MIT OR LGPL-2.1-only) AND GPL-2.0-or-later AND LicenseRef-debian-public-domain');
  assert.equal([...texts], [['LicenseRef-debian-public-domain', 'Do what you like.\n\nReally.']]);
});

test('"and" binds more than "or", and less after a comma', () => {
  const of = (synopsis: string) => declaredLicence(`Format: https://x\n\nFiles: *\nLicense: ${synopsis}\n`).expression;
  assert.is(of('GPL-2+ or Artistic and Zlib'), 'GPL-2.0-or-later OR (Artistic-1.0-Perl AND Zlib)');
  assert.is(of('GPL-2+ or AFL-2.1, and Expat'), '(GPL-2.0-or-later OR AFL-2.1) AND MIT');
});

test('of a copyright file that is prose, nothing is guessed', () => {
  assert.is(declaredLicence('This was packaged by A. It is under the GPL.\n').expression, 'NOASSERTION');
});

const PART: SpdxPackage = {
  SPDXID: spdxId('deb', 'libstdc++6'),
  name: 'libstdc++6',
  versionInfo: '14',
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: '(GPL-3.0-or-later WITH GCC-exception-3.1 OR LicenseRef-x) AND MIT',
  copyrightText: 'NOASSERTION',
  primaryPackagePurpose: 'LIBRARY',
};

function documentOf(packages: readonly SpdxPackage[]): SpdxDocument {
  return spdxDocument('pipit-1', 1_700_000_000, {
    packages,
    relationships: packages.map((each) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: each.SPDXID,
    })),
    hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-x', name: 'x', extractedText: 'words' }],
  });
}

test('a whole document keeps to the rules, and the same parts have the same namespace', () => {
  assert.equal(checkSpdx(documentOf([PART])), []);
  assert.is(documentOf([PART]).documentNamespace, documentOf([PART]).documentNamespace);
  assert.not.equal(documentOf([]).documentNamespace, documentOf([PART]).documentNamespace);
});

test('ids that are there twice, licences without a text and expressions without an end are found', () => {
  const found = checkSpdx(
    documentOf([
      PART,
      PART,
      { ...PART, SPDXID: 'SPDXRef-b', licenseDeclared: 'MIT AND LicenseRef-y' },
      { ...PART, SPDXID: 'SPDXRef-c', licenseDeclared: '(MIT OR' },
      { ...PART, SPDXID: 'SPDXRef-d_', versionInfo: '' },
    ]),
  );
  assert.equal(found, [
    'SPDXRef-deb-libstdc-6 is there twice',
    'SPDXRef-b: LicenseRef-y is not written out',
    'SPDXRef-c: "(MIT OR" has no end',
    'SPDXRef-d_ is no id',
    'SPDXRef-d_ has no name or no version',
  ]);
});

test.run();
