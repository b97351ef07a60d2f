import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import * as der from './der.ts';

export interface CertificateWish {
  /** Shown as whose it is. */
  readonly commonName: string;
  /** Host names and IP addresses that it is good for; at least one. */
  readonly names: readonly string[];
  readonly from: Date;
  readonly until: Date;
}

/** PEM, both. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes a key (ECDSA over P-256) and a certificate that it signs itself: X.509 version 3 as RFC 5280 has it, for a
 * server and nothing else. It is no authority: whoever trusts it trusts this station, not whom its key might sign.
 */
export function selfSignedCertificate({ commonName, names, from, until }: CertificateWish): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const algorithm = der.sequence(der.objectId(ECDSA_WITH_SHA256));
  const name = der.sequence(der.set(der.sequence(der.objectId(COMMON_NAME), der.utf8(commonName.slice(0, 64)))));
  const toSign = der.sequence(
    der.tagged(0, der.integer(Uint8Array.of(2)), true),
    der.integer(serialNumber()),
    algorithm,
    name,
    der.sequence(der.time(from), der.time(until)),
    name,
    keyInfo,
    der.tagged(3, extensions(keyInfo, names), true),
  );
  const signature = sign('sha256', toSign, { key: privateKey, dsaEncoding: 'der' });
  const certificate = der.sequence(toSign, algorithm, der.bits(signature));
  return { certificate: pem(certificate), key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string };
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';

function extensions(keyInfo: Buffer, names: readonly string[]): Buffer {
  // Any identifier that is the key's own will do (RFC 5280, 4.2.1.2).
  const keyId = createHash('sha256').update(keyInfo).digest().subarray(0, 20);
  return der.sequence(
    // Empty: no authority.
    extension(BASIC_CONSTRAINTS, true, der.sequence()),
    // The first bit alone: digital signatures.
    extension(KEY_USAGE, true, der.bits(Uint8Array.of(0x80), 7)),
    extension(EXTENDED_KEY_USAGE, false, der.sequence(der.objectId(SERVER_AUTHENTICATION))),
    extension(SUBJECT_KEY_IDENTIFIER, false, der.octets(keyId)),
    extension(SUBJECT_ALTERNATIVE_NAME, false, der.sequence(...names.map(generalName))),
  );
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.objectId(id), ...critical, der.octets(value));
}

/** dNSName is number 2, iPAddress number 7. */
function generalName(name: string): Buffer {
  return isIP(name) === 0
    ? der.tagged(2, Buffer.from(name, 'latin1'), false)
    : der.tagged(7, der.addressBytes(name), false);
}

/** Positive, and not to be guessed. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
