import type { Entry } from './tree.ts';

/** Folders where everybody may make files; their own stay their own (sticky). */
const WRITABLE_BY_ALL = ['tmp', 'var/tmp', 'run/lock'];

/** What must have exactly these permissions and this owner, where it is there. */
const EXACT: Readonly<Record<string, readonly [mode: number, owner: string, group: string]>> = {
  'etc/shadow': [0o640, 'root', 'shadow'],
  'etc/gshadow': [0o640, 'root', 'shadow'],
  'etc/passwd': [0o644, 'root', 'root'],
  'etc/group': [0o644, 'root', 'root'],
  'etc/fstab': [0o644, 'root', 'root'],
  'etc/rauc/system.conf': [0o644, 'root', 'root'],
  'etc/rauc/keyring.pem': [0o644, 'root', 'root'],
  'etc/fw_env.config': [0o644, 'root', 'root'],
  'etc/ssh/sshd_config': [0o644, 'root', 'root'],
  'usr/bin/pipit': [0o755, 'root', 'root'],
  'usr/lib/pipit/node/bin/node': [0o755, 'root', 'root'],
  'var/lib/iwd': [0o700, 'root', 'root'],
  root: [0o700, 'root', 'root'],
};

/** Where files of services and their rules are: all of root's, and written by nobody else. */
const SERVICES =
  /^(?:etc|usr\/lib)\/(?:systemd|dbus-1|polkit-1|udev|sysctl\.d|sysusers\.d|tmpfiles\.d|modprobe\.d|avahi)\//;
const SERVICES_SHARED = /^usr\/share\/(?:dbus-1|polkit-1)\//;

/** Numbers of users or groups to their names, as /etc/passwd and /etc/group have them. */
export function namesOf(text: string): ReadonlyMap<number, string> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', , number] = line.split(':');
        return [Number(number), name];
      }),
  );
}

/** What is wrong with owners and permissions of a root. */
export function checkPermissions(
  entries: readonly Entry[],
  users: ReadonlyMap<number, string>,
  groups: ReadonlyMap<number, string>,
): string[] {
  const findings: string[] = [];
  for (const { path, kind, mode, uid, gid } of entries) {
    if (kind === 'link') continue;
    const octal = mode.toString(8).padStart(4, '0');
    const [owner, group] = [users.get(uid), groups.get(gid)];
    const who = `${owner ?? uid}:${group ?? gid}`;
    if (owner === undefined || group === undefined) findings.push(`${path} is of ${who}, whom nobody knows.`);
    if (kind === 'other') findings.push(`${path} is a device or a pipe.`);
    if (kind === 'file' && (mode & 0o6000) !== 0) {
      findings.push(
        `${path} (${octal}, ${who}) has setuid or setgid: only root logs in, so nothing has to become another.`,
      );
    }
    if ((mode & 0o002) !== 0 && !(WRITABLE_BY_ALL.includes(path) && (mode & 0o1000) !== 0)) {
      findings.push(`${path} (${octal}) is writable by everybody.`);
    }
    if (
      (SERVICES.test(path) || SERVICES_SHARED.test(path)) &&
      kind === 'file' &&
      (mode & 0o133) !== 0 &&
      !isProgram(path)
    ) {
      findings.push(`${path} (${octal}) must be 0644 or less.`);
    }
    if (/^(?:usr|etc)\//.test(path) && owner !== 'root' && !MAY_BE_OTHERS.test(path)) {
      findings.push(`${path} is of ${who}, not of root.`);
    }
    if (/^usr\//.test(path) && (mode & 0o020) !== 0 && group !== 'root') {
      findings.push(`${path} (${octal}) is writable by group ${group}.`);
    }
    const [exact, exactOwner, exactGroup] = EXACT[path] ?? [];
    if (exact !== undefined && (mode !== exact || owner !== exactOwner || group !== exactGroup)) {
      findings.push(
        `${path} is ${octal} ${who}, not ${exact.toString(8).padStart(4, '0')} ${exactOwner}:${exactGroup}.`,
      );
    }
  }
  return findings;
}

/** Settings that Pipit itself replaces, and rules that polkit alone reads. */
const MAY_BE_OTHERS = /^etc\/(?:pipit|polkit-1\/rules\.d)(?:\/|$)/;

/** Among units and rules are programs too: generators, udev's helpers, systemd's and polkit's own. */
function isProgram(path: string): boolean {
  return /^usr\/lib\/(?:systemd|udev|polkit-1)\//.test(path) && !SERVICE_FILE.test(path);
}

const SERVICE_FILE = /\.(?:service|socket|target|timer|path|mount|automount|slice|rules|conf|network|link|preset)$/;
