import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './tree.ts';

/** What must not be in a root that many share, or that says something about who built it. */
const ABSENT: readonly (readonly [path: RegExp, what: string])[] = [
  [/^etc\/ssh\/ssh_host_/, 'a host key that all would share'],
  [/^var\/lib\/dbus\/machine-id$/, 'a machine id that all would share'],
  [/^var\/lib\/systemd\/random-seed$/, 'a seed that all would share'],
  [/^var\/lib\/systemd\/credential\.secret$/, 'a secret that all would share'],
  [/^var\/lib\/apt\/lists\/.+/, 'left over from apt'],
  [/^var\/cache\/apt\/.+\.bin$|\.deb$/, 'left over from apt'],
  [/^etc\/apt\/.*sources/, "the building machine's mirror"],
  [/^(?:root|home\/[^/]+)\/\.(?:ssh\/.+|bash_history|npmrc|gitconfig)/, 'left over from a person'],
  [/^var\/log\/.+\.log$|^var\/log\/journal\/.+/, 'a log of the build'],
  [/^usr\/sbin\/policy-rc\.d$/, 'only for the time of building'],
];

/** Tests itself at each start with keys that all the world has (lib/crypto-selftests-pk.c of GnuTLS). */
const WITH_TEST_KEYS = /\/libgnutls\.so/;

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{32}/;

/** Files that are searched word by word are not larger: those of libraries are no notes of a build. */
const MAX_TEXT = 4 * 2 ** 20;

/**
 * Looks for keys, passwords and traces of the build.
 *
 * @param root the unpacked root
 * @param traces words that only the building machine knows: folders, host names
 */
export function checkSecrets(root: string, entries: readonly Entry[], traces: readonly string[]): string[] {
  const findings: string[] = [];
  for (const { path, kind, bytes } of entries) {
    for (const [pattern, what] of ABSENT) if (pattern.test(path)) findings.push(`${path}: ${what}.`);
    if (kind !== 'file') continue;
    const content = readFileSync(join(root, path));
    if (
      content.includes('PRIVATE KEY-----') &&
      !WITH_TEST_KEYS.test(path) &&
      PRIVATE_KEY.test(content.toString('latin1'))
    ) {
      findings.push(`${path} holds a private key.`);
    }
    if (bytes > MAX_TEXT) continue;
    for (const trace of traces) if (content.includes(trace)) findings.push(`${path} names ${trace}, of the build.`);
  }
  return findings;
}

/** Nobody has a password, and nobody but root is root. */
export function checkAccounts(passwd: string, shadow: string): string[] {
  const findings: string[] = [];
  for (const line of shadow.split('\n').filter((each) => each !== '')) {
    const [name, hash = ''] = line.split(':');
    if (!/^[!*]+$/.test(hash)) findings.push(`${name} has a password, or needs none.`);
  }
  for (const line of passwd.split('\n').filter((each) => each !== '')) {
    const [name, password, uid] = line.split(':');
    if (uid === '0' && name !== 'root') findings.push(`${name} is root by another name.`);
    if (password !== 'x') findings.push(`${name}'s password is not in /etc/shadow.`);
  }
  return findings;
}
