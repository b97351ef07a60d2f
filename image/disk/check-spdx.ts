import type { SpdxDocument } from './spdx.ts';

const ID = /^SPDXRef-[A-Za-z0-9.-]+$/;
const TERM = /^(?:[A-Za-z0-9.-]+\+?|LicenseRef-[A-Za-z0-9.-]+)$/;
const LOCATION = /^(?:NOASSERTION|NONE|(?:https?|git|ftp|svn|hg|bzr)(?:\+\w+)?:\/\/\S+)$/;

/**
 * What is wrong with a bill of materials, by the rules of SPDX 2.3: fields that must be there (clauses 6, 7 and 10),
 * ids that are unique and lead somewhere (clause 11), licence expressions (annex D) whose own licences are written out.
 *
 * @returns a sentence each; none when it is well
 */
export function checkSpdx(document: SpdxDocument): string[] {
  const found: string[] = [];
  const must = (isSo: boolean, what: string) => {
    if (!isSo) found.push(what);
  };
  must(document.spdxVersion === 'SPDX-2.3', 'spdxVersion is not SPDX-2.3');
  must(document.dataLicense === 'CC0-1.0', 'dataLicense is not CC0-1.0');
  must(document.SPDXID === 'SPDXRef-DOCUMENT', 'SPDXID is not SPDXRef-DOCUMENT');
  must(document.name !== '', 'the document has no name');
  must(/^[a-z][a-z0-9+.-]*:[^#\s]+$/.test(document.documentNamespace), 'documentNamespace is no URI, or has a #');
  must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(document.creationInfo.created), 'created is no time in UTC');
  must(
    document.creationInfo.creators.length > 0 &&
      document.creationInfo.creators.every((each) => /^(?:Person|Organization|Tool): \S/.test(each)),
    'creators are not all a Person, an Organization or a Tool',
  );
  const written = new Set(document.hasExtractedLicensingInfos.map((each) => each.licenseId));
  for (const { licenseId, extractedText } of document.hasExtractedLicensingInfos) {
    must(/^LicenseRef-[A-Za-z0-9.-]+$/.test(licenseId), `${licenseId} is no name of a licence of one's own`);
    must(extractedText !== '', `${licenseId} has no text`);
  }
  const ids = new Set<string>([document.SPDXID]);
  for (const each of document.packages) {
    must(ID.test(each.SPDXID), `${each.SPDXID} is no id`);
    must(!ids.has(each.SPDXID), `${each.SPDXID} is there twice`);
    ids.add(each.SPDXID);
    must(each.name !== '' && each.versionInfo !== '', `${each.SPDXID} has no name or no version`);
    must(LOCATION.test(each.downloadLocation), `${each.SPDXID} has no downloadLocation`);
    must(each.copyrightText !== '', `${each.SPDXID} has no copyrightText`);
    must(/^(?:Person|Organization): \S|^NOASSERTION$/.test(each.supplier ?? 'NOASSERTION'), `${each.SPDXID}: supplier`);
    for (const expression of [each.licenseDeclared, each.licenseConcluded]) {
      found.push(...checkExpression(expression, written).map((what) => `${each.SPDXID}: ${what}`));
    }
    for (const reference of each.externalRefs ?? []) {
      must(/^pkg:[a-z]+\/\S+@\S+$/.test(reference.referenceLocator), `${reference.referenceLocator} is no purl`);
    }
  }
  for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
    must(ids.has(spdxElementId), `a relationship begins at ${spdxElementId}, which is not there`);
    must(ids.has(relatedSpdxElement), `a relationship leads to ${relatedSpdxElement}, which is not there`);
  }
  const reached = new Set(document.relationships.map((each) => each.relatedSpdxElement));
  for (const { SPDXID } of document.packages) must(reached.has(SPDXID), `nothing contains ${SPDXID}`);
  must(
    document.relationships.some(
      (each) => each.relationshipType === 'DESCRIBES' && each.spdxElementId === document.SPDXID,
    ),
    'the document describes nothing',
  );
  return found;
}

function checkExpression(expression: string, written: ReadonlySet<string>): string[] {
  if (expression === 'NOASSERTION' || expression === 'NONE') return [];
  const found: string[] = [];
  let depth = 0;
  let wantsTerm = true;
  for (const token of expression
    .replaceAll(/([()])/g, ' $1 ')
    .trim()
    .split(/\s+/)) {
    if (token === '(' && wantsTerm) depth += 1;
    else if (token === ')' && !wantsTerm && depth > 0) depth -= 1;
    else if (/^(?:AND|OR|WITH)$/.test(token) && !wantsTerm) wantsTerm = true;
    else if (TERM.test(token) && wantsTerm) {
      wantsTerm = false;
      if (token.startsWith('LicenseRef-') && !written.has(token)) found.push(`${token} is not written out`);
    } else found.push(`"${expression}" is wrong at "${token}"`);
  }
  if (depth !== 0 || wantsTerm) found.push(`"${expression}" has no end`);
  return found;
}
