import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';

/** What bundles are signed with, and what devices check them against. Paths of PEM files. */
export interface SigningKeys {
  /** Private; never leaves the machine that builds. */
  readonly key: string;
  /** Its certificate, signed by what is in `keyring`. */
  readonly certificate: string;
  /** Certificates that a device trusts: goes into the image. */
  readonly keyring: string;
}

/** A Pi has no clock of its own, so no date may come between it and an update. */
const VALID = ['-not_before', '20200101000000Z', '-not_after', '21200101000000Z'];

/**
 * The keys that PIPIT_SIGNING_KEY, PIPIT_SIGNING_CERT and PIPIT_KEYRING name, or keys for development, which are made
 * once and kept in the cache: who has an image of one's own build can update it with bundles of one's own build.
 *
 * @throws Error when only some of the three are named, or a file is missing
 */
export async function signingKeys(toolbox: Toolbox): Promise<SigningKeys> {
  const { PIPIT_SIGNING_KEY: key, PIPIT_SIGNING_CERT: certificate, PIPIT_KEYRING: keyring } = process.env;
  if (key === undefined && certificate === undefined && keyring === undefined) return await developmentKeys(toolbox);
  if (key === undefined || certificate === undefined || keyring === undefined) {
    throw new Error('PIPIT_SIGNING_KEY, PIPIT_SIGNING_CERT and PIPIT_KEYRING go together: name all three or none.');
  }
  for (const path of [key, certificate, keyring]) {
    if (!existsSync(path)) throw new Error(`There is no ${path}, which is named as a signing key or certificate.`);
  }
  return { key, certificate, keyring };
}

async function developmentKeys(toolbox: Toolbox): Promise<SigningKeys> {
  const folder = join(cacheFolder(), 'development-keys');
  if (!existsSync(folder)) {
    await mkdir(cacheFolder(), { recursive: true });
    const work = await mkdtemp(join(cacheFolder(), '.making-keys-'));
    try {
      await makeKeys(toolbox, work, 'development');
      // Another build may have been quicker: its keys stay, since it may have used them already.
      await rename(work, folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return keysIn(folder);
}

/** The keys in a folder that `makeKeys` has filled. */
export function keysIn(folder: string): SigningKeys {
  const path = (name: string) => join(folder, name);
  return { key: path('signing.key.pem'), certificate: path('signing.cert.pem'), keyring: path('keyring.pem') };
}

/**
 * Makes a certificate authority and a key that it vouches for. RSA, since its signatures are the same each time. The
 * authority's own key is kept beside them, for further signing keys.
 *
 * @param name says in the certificates what they are for
 */
export async function makeKeys(toolbox: Toolbox, folder: string, name: string): Promise<void> {
  const run = (...args: string[]) => toolbox.run([dirname(folder)], 'openssl', args, { cwd: folder });
  const newKey = (key: string, subject: string) => [
    ...['-newkey', 'rsa:3072', '-noenc', '-keyout', key, '-subj', `/O=Pipit/CN=Pipit ${name} ${subject}`],
  ];
  const authority = [
    '-addext',
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    '-addext',
    'keyUsage=critical,keyCertSign',
  ];
  await run('req', '-x509', ...newKey('ca.key.pem', 'updates'), ...VALID, ...authority, '-out', 'keyring.pem');
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'keyUsage=critical,digitalSignature'];
  const signed = ['-x509', '-CA', 'keyring.pem', '-CAkey', 'ca.key.pem'];
  await run('req', ...signed, ...newKey('signing.key.pem', 'signing'), ...VALID, ...leaf, '-out', 'signing.cert.pem');
}
