import * as v from 'valibot';
import { LOG_LEVELS } from '../core/log-line.ts';

const digits = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));

/** Query of `GET /api/log`. */
export const LogQuery = v.strictObject({
  after: v.optional(digits, '0'),
  level: v.optional(v.picklist(LOG_LEVELS), 'debug'),
});

/** A line of the log; `id` counts from 1 in each run of the program. */
export const LogLineAnswer = v.object({
  id: v.number(),
  timeMs: v.number(),
  level: v.picklist(LOG_LEVELS),
  room: v.string(),
  text: v.string(),
});

/** Answer of `GET /api/log`. */
export const LogAnswer = v.object({ last_id: v.number(), lines: v.array(LogLineAnswer) });
