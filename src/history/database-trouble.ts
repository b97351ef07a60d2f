import { DeviceError } from '../core/errors.ts';

/** Result codes of SQLite (https://sqlite.org/rescode.html) and of the system that say what is the matter with a disk. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'Make room on the disk: df -h and du -sh tell what fills it.'],
  [
    /^(SQLITE_READONLY|SQLITE_PERM|EROFS|EACCES|EPERM)/,
    'See that data_dir can be written by the user that Pipit runs as; a worn SD card turns read-only: see dmesg.',
  ],
  [/^(SQLITE_IOERR|EIO)/, 'The disk or card fails to read or write: see dmesg, and replace it.'],
  [/^(SQLITE_BUSY|SQLITE_LOCKED|SQLITE_PROTOCOL)/, 'End the other program that has pipit.db open: fuser -v pipit.db.'],
  [
    /^(SQLITE_CANTOPEN|ENOTDIR|EISDIR|EEXIST|ENOENT|ELOOP|ENAMETOOLONG)/,
    'Set data_dir to a directory that can be made and written.',
  ],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'Move pipit.db elsewhere by hand; Pipit begins a new one.'],
  [/^(SQLITE_NOMEM|ENOMEM|EMFILE|ENFILE)/, 'Free memory or file handles: see what else runs on the machine.'],
];

/** The code of an error of SQLite or of the system; empty for any other. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** The file's content cannot be understood. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

/** Another program holds it just now. */
export function isInUse(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error));
}

/**
 * Trouble with the disk as the state that it is: what is asked for now is not kept, but all else goes on. Undefined for
 * errors of another kind, which are ours.
 */
export function troubleOf(file: string, cause: unknown): DeviceError | undefined {
  const code = codeOf(cause);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(code))?.[1];
  if (remedy === undefined) return undefined;
  const said = (cause as Error).message;
  // The system's messages begin with the code, those of SQLite do not.
  const why = said.startsWith(`${code}:`) ? said : `${code}: ${said}`;
  const message = `nothing can be kept in ${file} (${why}): what is gathered now is lost when Pipit restarts`;
  return new DeviceError('history.not-kept', message, { remedy, cause });
}
