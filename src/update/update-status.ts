import { sentencesOf } from '../core/errors.ts';
import { lastUpdate } from './last-update.ts';
import type { Rauc, SystemSlot } from './rauc.ts';
import type { UpdateMarks } from './update-marks.ts';
import { IDLE, type UpdateReport } from './update-report.ts';

export interface UpdateStatusDeps {
  readonly rauc: Pick<Rauc, 'activity' | 'primary' | 'slots'>;
  readonly marks: Pick<UpdateMarks, 'isFresh' | 'reason' | 'wasInstalled'>;
  /** What runs. */
  readonly version: string;
}

/** What runs, what waits, and how an update goes, as lines. Looks only: another program may be updating. */
export async function updateStatus(deps: UpdateStatusDeps): Promise<string[]> {
  const primary = await deps.rauc.primary().catch(() => undefined);
  const lines = (await deps.rauc.slots()).map((slot) => {
    const state = slot.isBooted
      ? `runs, Pipit ${deps.version}`
      : slot.isBootable
        ? 'could be started'
        : 'cannot be started';
    return `System ${nameOfSlot(slot)}: ${state}${slot.name === primary ? ', is next' : ''}`;
  });
  const { step, percent, problem } = await reportOf(deps);
  lines.push(`Update: ${step}${percent === undefined ? '' : ` ${percent} %`}`);
  return problem === undefined ? lines : [...lines, sentencesOf(problem)];
}

/** `B (1.3.0)` */
export function nameOfSlot({ bootName, version: installed }: SystemSlot): string {
  return installed === undefined ? bootName : `${bootName} (${installed})`;
}

async function reportOf(deps: UpdateStatusDeps): Promise<UpdateReport> {
  const { isBusy, percent } = await deps.rauc.activity();
  return isBusy ? { ...IDLE, step: 'installing', percent } : (await lastUpdate(deps)).report;
}
