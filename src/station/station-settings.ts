import { join } from 'node:path';
import type { ChangeGate } from '../access/change-gate.ts';
import { describeKinds, describeSettings } from '../config/describe-settings.ts';
import { flawsOf } from '../config/flaws.ts';
import type { Log } from '../core/log.ts';
import { Backup } from '../web/backup.ts';
import type { BackupRoutesDeps } from '../web/backup-routes.ts';
import type { SettingsDeps, WebSettings } from '../web/settings-routes.ts';
import type { SettingsAnswer } from '../web/settings-schemas.ts';
import { type BackupPartsDeps, backupParts, keptBackup } from './backup-parts.ts';
import type { Configuration } from './configuration.ts';

export interface StationSettingsDeps extends BackupPartsDeps {
  readonly log: Log;
  readonly gate: ChangeGate;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly wallTime: () => Date;
  readonly version: string;
}

/** What was before the last restore, below the data directory. */
const KEPT_FILE = 'before-restore.json';

/** Settings and backups as the API has them. */
export function stationSettings(deps: StationSettingsDeps): { settings: SettingsDeps; backup: BackupRoutesDeps } {
  const { configuration, gate, log, pause, version, wallTime } = deps;
  const access = { gate, pause, identify: gate.identify.bind(gate) };
  const kept = keptBackup(join(configuration.settings.dataDir, KEPT_FILE));
  const backup = new Backup({ log: log.room('backup'), parts: backupParts(deps), kept, version, wallTime });
  const stationName = () => configuration.settings.metadata.stationName;
  return {
    settings: { ...access, settings: webSettings(configuration) },
    backup: { ...access, wallTime, stationName, backup },
  };
}

function webSettings(configuration: Configuration): WebSettings {
  return {
    describe: () => describe(configuration),
    change: (changes) => configuration.change(changes),
    checkChange: (changes) => configuration.checkChange(changes),
    checkText: (text) => configuration.checkText(text),
    undo: () => configuration.undo(),
    checkUndo: () => configuration.checkUndo(),
    text: () => configuration.text(),
    replace: (text, isExpected) => configuration.replace(text, isExpected),
  };
}

async function describe(configuration: Configuration): Promise<SettingsAnswer> {
  const { text, loaded, refusal, pendingRestart, exists, readOnly, hasPrevious } = await configuration.sight();
  return {
    file: { path: configuration.path, exists, read_only: readOnly ?? null, has_previous: hasPrevious },
    diagnostics: refusal?.flaws ?? flawsOf(loaded.diagnostics, text),
    pending_restart: pendingRestart,
    // A file that can't be taken says nothing of the values that run.
    blocks: describeSettings(loaded, refusal === undefined ? text : undefined),
    kinds: describeKinds(),
  };
}
