import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSsid, isWifiKey, isWifiPassword } from '../hardware/wifi.ts';
import { isCountry } from './countries.ts';

/** What is wrong with a value, as sentences; undefined when it is right. None of them repeats the value of a secret. */
export type Check = (value: string) => string | undefined;

/** Where the tz database is. */
const ZONES = '/usr/share/zoneinfo';

/** One label of a name on the network (RFC 1123, 2.1): `.local` comes behind it by itself. */
export const checkHostname: Check = (value) =>
  /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(value)
    ? undefined
    : 'A name on the network has letters a to z, digits and dashes, 63 at most, and no dash at its ends.';

export const checkCountry: Check = (value) =>
  isCountry(value) ? undefined : 'A country is two letters, as in DE, GB or US (ISO 3166).';

export const checkSsid: Check = (value) =>
  isSsid(value) ? undefined : 'The name of a Wi-Fi network has 1 to 32 letters (an accented one counts as two).';

export const checkWifiPassword: Check = (value) =>
  isWifiPassword(value) || isWifiKey(value)
    ? undefined
    : 'A Wi-Fi password has 8 to 63 letters, digits and signs without accents. For a network without a password, leave the line out.';

export const checkStationName: Check = (value) =>
  value.length <= 100 && !/\p{Cc}/u.test(value) ? undefined : 'A station’s name has 100 letters at most.';

/** @param zones folder of the tz database */
export function checkTimeZone(value: string, zones = ZONES): string | undefined {
  // A name is also a path below the folder: it must not lead out of it.
  const isName = /^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*){0,2}$/.test(value);
  return isName && existsSync(join(zones, value))
    ? undefined
    : 'A time zone is written as in Europe/Berlin, America/New_York or Etc/UTC.';
}

/** A line of authorized_keys without options in front (sshd(8)); certificates and DSA are not taken. */
export const checkSshKey: Check = (value) => {
  if (/PRIVATE KEY/.test(value)) {
    return 'This is a private key: it belongs on your computer only. What is wanted is the line in the file that ends in .pub.';
  }
  const match =
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) ([A-Za-z0-9+/]+={0,3})(?: [^\p{Cc}]*)?$/u.exec(
      value,
    );
  const blob = Buffer.from(match?.[2] ?? '', 'base64');
  // A key begins with its kind's length and name (RFC 4253, 6.6): half a line that was copied shows.
  const kind = blob.length > 4 ? blob.subarray(4, 4 + Math.min(64, blob.readUInt32BE(0))).toString('latin1') : '';
  return match !== null && kind === match[1] && blob.length >= 40 && value.length <= 4096
    ? undefined
    : 'A public key is one line that begins with ssh-ed25519, ssh-rsa or ecdsa-sha2: the whole file that ends in .pub.';
};

const TAKEN = new Set([
  ...['root', 'daemon', 'bin', 'sys', 'sync', 'games', 'man', 'lp', 'mail', 'news', 'uucp', 'proxy', 'backup', 'list'],
  ...['irc', 'nobody', 'sshd', 'messagebus', 'avahi', 'polkitd', 'pipit', 'systemd-network', 'systemd-resolve'],
]);

export const checkUser: Check = (value) =>
  /^[a-z][a-z0-9_-]{0,30}$/.test(value) && !TAKEN.has(value) && !value.startsWith('systemd-')
    ? undefined
    : `“${value.slice(0, 32).replace(/\p{Cc}/gu, '?')}” can’t be the name of a user here: use root.`;
