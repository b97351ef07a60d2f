import type { Full } from './admission.ts';

/** Seconds after which a viewer that was turned away may try again. */
export const VIEWERS_RETRY_S = 30;

/** What a viewer is told that finds no place. */
export const VIEWERS_FULL: Readonly<Record<Full, string>> = {
  full: 'There are as many viewers as there may be (streaming.max_viewers). Try again in a moment.\n',
  'full-for-address': 'There are enough viewers from your address (streaming.max_viewers_per_address).\n',
};
