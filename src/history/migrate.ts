import type { Database } from 'better-sqlite3';
import { DeviceError } from '../core/errors.ts';

/**
 * Brings a file's tables up to date, step by step.
 * @param schema statements that lead from each version to the next
 * @throws DeviceError when the file is of a newer Pipit
 */
export function migrate(
  sqlite: Database,
  { file, schema }: { readonly file: string; readonly schema: readonly string[] },
): void {
  const versionNow = () => sqlite.pragma('user_version', { simple: true }) as number;
  const version = versionNow();
  if (version > schema.length) {
    const message = `${file} was made by a newer Pipit (schema ${version}, this one knows ${schema.length})`;
    throw new DeviceError('history.not-kept', message, {
      remedy: 'Install that Pipit again, or move the file elsewhere.',
    });
  }
  const take = sqlite.transaction(() => {
    // Another program may have taken steps while this one waited for the file.
    const step = versionNow();
    if (step >= schema.length) return false;
    sqlite.exec(schema[step] as string);
    sqlite.pragma(`user_version = ${step + 1}`);
    return true;
  });
  // A file that lacks nothing is not even locked.
  if (version < schema.length) while (take.immediate());
}
