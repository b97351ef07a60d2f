import { type BlockKeys, flag, integer } from './key.ts';

const DAYS = { range: [1, 3650], unit: 'd', live: true } as const;

/** Keys of history. */
export const HISTORY_KEYS = {
  enabled: flag({ doc: 'Keep figures, sessions and events in data_dir/pipit.db.', fallback: true, live: true }),
  minute_days: integer({ doc: 'So long figures are kept by the minute.', fallback: 7, ...DAYS }),
  hour_days: integer({ doc: 'So long they are kept by the hour.', fallback: 400, ...DAYS }),
  session_days: integer({ doc: 'So long it is kept who listened.', fallback: 90, ...DAYS }),
  event_days: integer({ doc: 'So long it is kept what happened.', fallback: 90, ...DAYS }),
  full_addresses: flag({
    doc: 'Keep whole addresses of listeners. false: without their last part, which tells networks apart and not people.',
    fallback: false,
    live: true,
  }),
  max_mb: integer({
    doc: 'The file never grows beyond this; the oldest goes first.',
    fallback: 128,
    range: [8, 4096],
    unit: 'MiB',
  }),
} satisfies BlockKeys;
