import type { Preload, Preset } from '../core/quick-sync-settings.ts';

/** How much sound a player should keep in hand. Seconds. */
export interface BufferPlan {
  readonly bufferSize: number;
  readonly preload: Preload;
  /** It needs no more than this. */
  readonly maxBufferSize: number;
  /** After it ran dry, it plays again from here on. */
  readonly rebufferThreshold: number;
}

/** Mbit/s: a link below counts as slow, above as fast. */
export const SLOW_MBPS = 1;
const FAST_MBPS = 5;
/** Seconds. */
const SLOW_BUFFER_S = 15;
const FAST_BUFFER_S = 10;

/**
 * The plan of a level on a link: more where the link is slow, since it will falter, and less where it is fast, since
 * what is in hand is also delay.
 * @param preloadThreshold part of its buffer that a player fills before it plays again
 */
export function bufferPlan(preset: Preset, speedMbps: number, preloadThreshold: number): BufferPlan {
  const isSlow = speedMbps < SLOW_MBPS;
  const isFast = speedMbps > FAST_MBPS;
  let bufferSize = preset.bufferSize;
  if (isSlow) bufferSize = Math.max(bufferSize, SLOW_BUFFER_S);
  if (isFast) bufferSize = Math.min(bufferSize, FAST_BUFFER_S);
  return {
    bufferSize,
    preload: isSlow ? 'auto' : preset.preload,
    maxBufferSize: bufferSize * 2,
    rebufferThreshold: Math.round(bufferSize * preloadThreshold * 1000) / 1000,
  };
}
