import type { Rauc, SystemSlot } from './rauc.ts';
import type { UpdateMarks } from './update-marks.ts';

export interface RollBackDeps {
  readonly rauc: Pick<Rauc, 'mark' | 'slots'>;
  readonly marks: Pick<UpdateMarks, 'isFresh' | 'wasInstalled'>;
}

/**
 * Has the system before be started from now on: the other one; or the one that runs, where the other is an update that
 * waits for its first start.
 *
 * @returns it; undefined where there is no other that could be started
 */
export async function rollBack({ rauc, marks }: RollBackDeps): Promise<SystemSlot | undefined> {
  const slots = await rauc.slots();
  const other = slots.find(({ isBooted }) => !isBooted);
  if (other?.isBootable !== true) return undefined;
  const isUntried = (await marks.isFresh(other.bootName)) && (await marks.wasInstalled(other.bootName));
  const before = isUntried ? slots.find(({ isBooted }) => isBooted) : other;
  if (before !== undefined) await rauc.mark('active', before.name);
  return before;
}
