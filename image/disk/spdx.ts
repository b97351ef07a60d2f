import { createHash } from 'node:crypto';

/** A package in a bill of materials, with the fields of SPDX 2.3 (spdx.github.io/spdx-spec/v2.3) that are filled. */
export interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly downloadLocation: string;
  readonly filesAnalyzed: false;
  readonly licenseConcluded: string;
  readonly licenseDeclared: string;
  readonly copyrightText: string;
  readonly primaryPackagePurpose: 'APPLICATION' | 'LIBRARY' | 'FIRMWARE' | 'OPERATING-SYSTEM' | 'OTHER';
  readonly supplier?: string;
  readonly homepage?: string;
  readonly sourceInfo?: string;
  readonly comment?: string;
  readonly checksums?: readonly { readonly algorithm: 'SHA256' | 'SHA512'; readonly checksumValue: string }[];
  readonly externalRefs?: readonly {
    readonly referenceCategory: 'PACKAGE-MANAGER';
    readonly referenceType: 'purl';
    readonly referenceLocator: string;
  }[];
}

export interface SpdxRelationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS';
  readonly relatedSpdxElement: string;
}

/** A licence without a name in SPDX's list. */
export interface ExtractedLicence {
  readonly licenseId: string;
  readonly name: string;
  readonly extractedText: string;
}

/** A whole bill of materials. */
export interface SpdxDocument {
  readonly spdxVersion: 'SPDX-2.3';
  readonly dataLicense: 'CC0-1.0';
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages: readonly SpdxPackage[];
  readonly relationships: readonly SpdxRelationship[];
  readonly hasExtractedLicensingInfos: readonly ExtractedLicence[];
}

/** An id of an element, from words that may have characters that ids must not have. */
export function spdxId(...words: readonly string[]): string {
  return `SPDXRef-${words.join('-').replaceAll(/[^A-Za-z0-9.-]+/g, '-')}`;
}

/**
 * Joins the parts to a document. Its namespace is made of what is in it: the same bill has the same one.
 *
 * @param epoch seconds since 1970
 */
export function spdxDocument(
  name: string,
  epoch: number,
  parts: Pick<SpdxDocument, 'packages' | 'relationships' | 'hasExtractedLicensingInfos'>,
): SpdxDocument {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, epoch, parts]))
    .digest('hex');
  const uuid = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `urn:uuid:${[...uuid, digest.slice(20, 32)].join('-')}`,
    creationInfo: {
      created: new Date(epoch * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Organization: The Pipit authors', 'Tool: pipit-image'],
    },
    ...parts,
  };
}
