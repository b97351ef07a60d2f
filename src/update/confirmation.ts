import type { Log } from '../core/log.ts';
import type { Rauc } from './rauc.ts';
import type { UpdateMarks } from './update-marks.ts';

/** What came of it. */
export type Confirmation =
  /** The boot loader may start this system again, as often as it wants. */
  | 'confirmed'
  /** It has not proven itself, but there is no other that could be started. */
  | 'stays'
  /** It has not proven itself: the machine is to be started again, until the boot loader takes the other. */
  | 'given-up';

export interface ConfirmationDeps {
  readonly log: Log;
  readonly rauc: Pick<Rauc, 'mark' | 'primary' | 'slots'>;
  readonly marks: Pick<UpdateMarks, 'confirm' | 'giveUp' | 'isFresh' | 'wasInstalled'>;
  /** Resolves when the station works, or with why it does not after all this time. */
  readonly proof: () => Promise<string | undefined>;
}

/**
 * Says of the system that runs that it came up well. One that was confirmed before is so at once: what is wrong since is
 * not its update's fault, and the one before would have it as well. One that was just installed has to prove itself.
 */
export async function confirmSystem({ log, rauc, marks, proof }: ConfirmationDeps): Promise<Confirmation> {
  const slots = await rauc.slots();
  const own = slots.find(({ isBooted }) => isBooted);
  if (own === undefined) throw new Error('RAUC does not know which system runs.');
  const other = slots.find(({ isBooted }) => !isBooted);
  if (await marks.isFresh(own.bootName)) {
    log.info(`system ${own.bootName} is new, and has to prove itself`);
    const problem = await proof();
    if (problem !== undefined) {
      if (other?.isBootable !== true) {
        log.error(`${problem}. There is no other system to start, so this one stays.`);
        return 'stays';
      }
      log.error(`${problem}. Starting again; when no try is left, the system before is back.`);
      await marks.giveUp(own.bootName, problem);
      return 'given-up';
    }
  }
  // An update that was undone is still first in the boot loader's order: it would be first again when this one has no try
  // left.
  if (other?.isBootable === false && (await marks.wasInstalled(other.bootName))) await rauc.mark('active', own.name);
  await rauc.mark('good', own.name);
  await marks.confirm(own.bootName);
  log.info(`system ${own.bootName} is confirmed`);
  return 'confirmed';
}
