import { type Clock, sleep } from '../core/clock.ts';
import type { Rauc, RaucActivity } from './rauc.ts';
import { refusalOf } from './refusals.ts';

export interface FollowInstallationDeps {
  readonly clock: Clock;
  readonly rauc: Pick<Rauc, 'activity' | 'primary' | 'slots'>;
}

const LOOK_MS = 1_000;
/** In a row; each takes as long as D-Bus waits for an answer. */
const MOST_UNANSWERED = 10;

/**
 * Waits until RAUC has installed what it was given. It goes on without this program: whoever starts next follows it again.
 *
 * @param onPercent told about once a second, 0 to 100
 * @returns false when aborted before that
 * @throws DeviceError `update.*` when it has failed, or does not answer any more
 */
export async function followInstallation(
  deps: FollowInstallationDeps,
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, rauc } = deps;
  for (;;) {
    const { isBusy, percent, lastError } = await activityOf(deps, signal);
    if (!isBusy) {
      if (lastError !== '') throw refusalOf(lastError);
      break;
    }
    onPercent(percent);
    if (!(await sleep(clock, LOOK_MS, signal))) return false;
  }
  // One that died in the middle, for want of memory, is started anew by the bus, and knows of no error.
  const next = await rauc.primary();
  const isWhole = (await rauc.slots()).some((slot) => !slot.isBooted && slot.isBootable && slot.name === next);
  if (!isWhole) throw refusalOf('it ended before all of it was written');
  return true;
}

/** While a slow card is written RAUC may not answer for a while, and goes on all the same. */
async function activityOf({ clock, rauc }: FollowInstallationDeps, signal: AbortSignal): Promise<RaucActivity> {
  for (let unanswered = 1; ; unanswered += 1) {
    try {
      return await rauc.activity();
    } catch (error) {
      if (unanswered === MOST_UNANSWERED || !(await sleep(clock, LOOK_MS, signal))) throw error;
    }
  }
}
