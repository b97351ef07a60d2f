import type { HoldReason, SwitchReason } from './listener-sight.ts';

/** Why a listener is on its rung, for people. */
export const SWITCH_SENTENCES: Readonly<Record<SwitchReason, string>> = {
  start: 'That is what it began with.',
  link: 'The connection carries less than more would need.',
  buffer: 'The player had little sound left in hand.',
  outage: 'The connection took nothing for a while.',
  headroom: 'The connection has shown that it carries this.',
  trial: 'Nothing speaks against it: it is being tried.',
  'trial-failed': 'More was tried, and was too much for the connection.',
  box: 'The appliance has much to do.',
  settings: 'The configuration allows no other.',
};

/** Why it does not go up, for people. */
export const HOLD_SENTENCES: Readonly<Record<HoldReason, string>> = {
  dwell: 'It has only just changed.',
  headroom: 'The connection has not shown that it carries more.',
  buffer: 'The player is still filling up.',
  latency: 'Answers take long: the connection is busy.',
  loss: 'The connection loses too much.',
  receiver: 'The player takes no more at once.',
  box: 'The appliance has too much to do for more.',
  cap: 'It has changed often enough for now.',
  limit: 'The configuration allows no more.',
};
