import { readFile } from 'node:fs/promises';
import { accessForBackup, accessOfBackup, restoreAccess } from '../access/access-backup.ts';
import type { AccessBook } from '../access/access-book.ts';
import { writePrivateFile } from '../access/private-file.ts';
import { ConfigError, DeviceError } from '../core/errors.ts';
import type { DevicePreferences } from '../history/device-preferences.ts';
import type { MuteState } from '../privacy/mute-state.ts';
import type { BackupPart, KeptBackup } from '../web/backup.ts';
import { type PartContents, partOf } from '../web/backup-schemas.ts';
import type { Configuration } from './configuration.ts';

export interface BackupPartsDeps {
  readonly configuration: Configuration;
  readonly access: { readonly book: AccessBook; configure(): void };
  readonly mute: MuteState;
  readonly devices: DevicePreferences;
}

/** What a backup of the station holds: all that somebody has set, and nothing that was recorded. */
export function backupParts({ configuration, access, mute, devices }: BackupPartsDeps): readonly BackupPart[] {
  return [
    {
      name: 'config',
      read: () => configuration.text(),
      async check(content, isOwn) {
        await configuration.checkText(known('config', content), isOwn);
      },
      write: async (content) => void (await configuration.putBack(known('config', content))),
    },
    {
      name: 'access',
      read: async () => accessForBackup(access.book),
      check: async (content) => void accessOfBackup(content),
      async write(content) {
        await restoreAccess(access.book, content);
        access.configure();
      },
    },
    {
      name: 'mute',
      read: async () => mute.muted,
      check: async (content) => void known('mute', content),
      write: async (content) => mute.set(known('mute', content)),
    },
    {
      name: 'devices',
      read: async () => devices.entries(),
      check: async (content) => void known('devices', content),
      write: (content) => devices.replaceAll(known('devices', content)),
    },
  ];
}

/** What was before the last restore, in a file that only Pipit may read. */
export function keptBackup(file: string): KeptBackup {
  return {
    read: () => readFile(file, 'utf8').catch(() => undefined),
    async write(text) {
      try {
        await writePrivateFile(file, text);
      } catch (cause) {
        throw new DeviceError('backup.not-kept', `${file} can't be written: ${(cause as Error).message}`, {
          remedy: 'See whether the disk is full or read-only.',
          cause,
        });
      }
    },
  };
}

function known<N extends keyof PartContents>(name: N, content: unknown): PartContents[N] {
  const part = partOf(name, content);
  if (part !== undefined) return part;
  throw new ConfigError('backup.damaged', `What the backup holds of ${name} is damaged`, {
    remedy: 'Choose another backup.',
  });
}
