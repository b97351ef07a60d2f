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
  const version = sqlite.pragma('user_version', { simple: true }) as number;
  if (version > schema.length) {
    const message = `${file} was made by a newer Pipit (schema ${version}, this one knows ${schema.length})`;
    throw new DeviceError('history.not-kept', message, {
      remedy: 'Install that Pipit again, or move the file elsewhere.',
    });
  }
  const take = sqlite.transaction((step: string, next: number) => {
    sqlite.exec(step);
    sqlite.pragma(`user_version = ${next}`);
  });
  schema.slice(version).forEach((step, index) => void take.immediate(step, version + index + 1));
}
