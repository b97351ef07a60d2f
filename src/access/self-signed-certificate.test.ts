import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressBytes } from './der.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const test = suite('self-signed certificate');

const FROM = new Date('2026-03-01T12:34:56Z');
const UNTIL = new Date('2028-05-29T12:34:56Z');
const NAMES = ['pipit', 'pipit.local', 'localhost', '192.168.1.20', '127.0.0.1', '::1', 'fd00::12:3'];

function make(more: Partial<Parameters<typeof selfSignedCertificate>[0]> = {}) {
  return selfSignedCertificate({ commonName: 'Pipit on küche', names: NAMES, from: FROM, until: UNTIL, ...more });
}

function openssl(certificate: string, ...args: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-certificate-'));
  const file = join(dir, 'certificate.pem');
  writeFileSync(file, certificate);
  const run = spawnSync(
    'openssl',
    args.map((arg) => (arg === 'FILE' ? file : arg)),
    { encoding: 'utf8' },
  );
  rmSync(dir, { recursive: true });
  return `${run.stdout}${run.stderr}`;
}

test('node reads it, and finds names, times, purpose and signature as they were wished', () => {
  const { certificate, key } = make();
  const read = new X509Certificate(certificate);
  assert.is(read.subject, 'CN=Pipit on küche');
  assert.is(read.issuer, read.subject);
  assert.is(read.ca, false);
  assert.is(new Date(read.validFrom).getTime(), FROM.getTime());
  assert.is(new Date(read.validTo).getTime(), UNTIL.getTime());
  assert.equal(read.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(key)));
  for (const name of ['pipit', 'pipit.local', 'localhost']) assert.is(read.checkHost(name), name);
  for (const address of ['192.168.1.20', '127.0.0.1', '::1', 'fd00::12:3']) assert.ok(read.checkIP(address), address);
  assert.is(read.checkHost('evil.example'), undefined);
  assert.is(read.checkIP('192.168.1.21'), undefined);
});

test('openssl reads it without a complaint and verifies it', () => {
  const { certificate } = make();
  const text = openssl(certificate, 'x509', '-in', 'FILE', '-noout', '-text');
  for (const line of [
    /Version: 3/,
    /Signature Algorithm: ecdsa-with-SHA256/,
    /ASN1 OID: prime256v1/,
    /Basic Constraints: critical\s+CA:FALSE/,
    /Key Usage: critical\s+Digital Signature\n/,
    /TLS Web Server Authentication/,
    /DNS:pipit, DNS:pipit\.local, DNS:localhost, IP Address:192\.168\.1\.20/,
    /IP Address:FD00:0:0:0:0:0:12:3/,
  ]) {
    assert.match(text, line);
  }
  const verified = openssl(
    certificate,
    'verify',
    '-attime',
    `${FROM.getTime() / 1000 + 60}`,
    '-purpose',
    'sslserver',
    '-verify_hostname',
    'pipit.local',
    '-CAfile',
    'FILE',
    'FILE',
  );
  assert.match(verified, /: OK\n$/);
});

test('it lasts beyond 2049, which is written in another way', () => {
  const until = new Date('2051-01-02T03:04:05Z');
  assert.is(new Date(new X509Certificate(make({ until }).certificate).validTo).getTime(), until.getTime());
});

test('many names make it longer, and it stays whole', () => {
  const names = Array.from({ length: 300 }, (_, index) => `name-${index}.example`);
  const read = new X509Certificate(make({ names }).certificate);
  assert.is(read.checkHost('name-299.example'), 'name-299.example');
});

test('every address becomes the bytes that it stands for', () => {
  assert.is(addressBytes('192.168.1.20').toString('hex'), 'c0a80114');
  assert.is(addressBytes('::').toString('hex'), '0'.repeat(32));
  assert.is(addressBytes('::ffff:192.0.2.1').toString('hex'), `${'0'.repeat(20)}ffffc0000201`);
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const groups = addressBytes(address).toString('hex').match(/.{4}/g) ?? [];
      const plain = new URL(`http://[${groups.join(':')}]/`).hostname;
      assert.is(plain, new URL(`http://[${address}]/`).hostname);
    }),
    { numRuns: 300 },
  );
});

test.run();
