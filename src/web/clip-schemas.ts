import * as v from 'valibot';

/** Which mount's past to keep, and how many seconds of it; without a mount, the first one's. */
export const SaveClip = v.strictObject({
  mount: v.optional(v.pipe(v.string(), v.startsWith('/'), v.maxLength(256))),
  seconds: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(3600)), 60),
});

const Clip = v.strictObject({
  name: v.string(),
  /** Where it can be had, in parts as well. */
  url: v.string(),
  size_bytes: v.number(),
  /** When it was saved: wall clock, milliseconds since 1970. */
  saved_ms: v.number(),
});

/** What is kept, the newest first; beyond that many clips or bytes the oldest give way. */
export const ClipsAnswer = v.strictObject({
  clips: v.array(Clip),
  max_clips: v.number(),
  max_bytes: v.number(),
});

export const ClipSaved = v.strictObject({ name: v.string(), url: v.string(), seconds: v.number() });

export type ClipAnswer = v.InferOutput<typeof Clip>;
