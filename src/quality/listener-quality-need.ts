import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';

/** With nothing in hand, a link must carry this part of a rung for it to be kept: measures vary. */
const ENOUGH = 0.95;

/**
 * The part of a rung that a link must carry for it to be kept: with a full buffer none, for by the time that it matters
 * the buffer is not full any more.
 */
export function neededShare(bufferS: number, { bufferMinS, bufferMaxS }: QuickSyncSettings): number {
  const fullness = (bufferS - bufferMinS) / Math.max(1, bufferMaxS - bufferMinS);
  return ENOUGH * (1 - Math.min(1, Math.max(0, fullness)));
}
