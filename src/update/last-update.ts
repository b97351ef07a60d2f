import type { ErrorReport } from '../core/errors.ts';
import type { Rauc, SystemSlot } from './rauc.ts';
import type { UpdateMarks } from './update-marks.ts';
import { IDLE, type UpdateReport } from './update-report.ts';

export interface LastUpdateDeps {
  readonly rauc: Pick<Rauc, 'primary' | 'slots'>;
  readonly marks: Pick<UpdateMarks, 'isFresh' | 'reason' | 'wasInstalled'>;
  /** What runs. */
  readonly version: string;
}

/** What came of the last update. */
export type LastUpdate =
  /** Nothing that anybody waits for; or it is installed and counts from the next start on. */
  | { readonly what: 'settled'; readonly report: UpdateReport }
  /** It runs, and has not proven itself yet. */
  | { readonly what: 'fresh'; readonly report: UpdateReport; readonly slot: SystemSlot }
  /** It did not prove itself, and the system before it runs. */
  | {
      readonly what: 'undone';
      readonly report: UpdateReport & { readonly problem: ErrorReport };
      readonly slot: SystemSlot;
    };

/** What RAUC and the marks say of the last update, where nothing is under way. */
export async function lastUpdate({ rauc, marks, version }: LastUpdateDeps): Promise<LastUpdate> {
  const slots = await rauc.slots();
  const [own, other] = [slots.find(({ isBooted }) => isBooted), slots.find(({ isBooted }) => !isBooted)];
  if (own === undefined || other === undefined) return { what: 'settled', report: IDLE };
  if (await marks.isFresh(own.bootName)) {
    return { what: 'fresh', report: { ...IDLE, step: 'confirming', version: own.version ?? version }, slot: own };
  }
  if (other.isBootable) {
    const isNext = (await rauc.primary()) === other.name;
    return { what: 'settled', report: isNext ? { ...IDLE, step: 'installed', version: other.version } : IDLE };
  }
  const wasUndone = (await marks.wasInstalled(other.bootName)) && (await marks.isFresh(other.bootName));
  if (!wasUndone) return { what: 'settled', report: IDLE };
  const problem = undone(other.version, await marks.reason(other.bootName));
  return {
    what: 'undone',
    report: { step: 'undone', percent: undefined, version: other.version, problem },
    slot: other,
  };
}

function undone(version: string | undefined, reason = 'it did not start'): ErrorReport {
  return {
    code: 'update.undone',
    message: `The update${version === undefined ? '' : ` to ${version}`} was undone: ${reason}`,
    remedy: 'The version before runs again, with all settings. Report this, with the log.',
  };
}
