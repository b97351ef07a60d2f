import { PROFILE_CAPS, type QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Rung } from '../core/rung.ts';

/** Positions in a list of rungs, lowest bitrate first. */
export interface RungLimits {
  readonly lowest: number;
  readonly highest: number;
  /** It is the box that sets the highest. */
  readonly isBox: boolean;
}

/** Of these rungs, which a listener may have now. A cap counts more than a floor; one rung always remains. */
export function rungLimits(rungs: readonly Rung[], settings: QuickSyncSettings, boxKbps: number): RungLimits {
  const capKbps = Math.min(settings.maxKbps, PROFILE_CAPS[settings.profile].maxKbps);
  const allowed = highestUpTo(rungs, capKbps);
  const highest = Math.min(allowed, highestUpTo(rungs, boxKbps));
  const floor = rungs.findIndex((rung) => rung.bitrateKbps >= settings.minKbps);
  return { lowest: floor < 0 ? highest : Math.min(floor, highest), highest, isBox: highest < allowed };
}

function highestUpTo(rungs: readonly Rung[], kbps: number): number {
  return Math.max(
    0,
    rungs.findLastIndex((rung) => rung.bitrateKbps <= kbps),
  );
}
