import * as v from 'valibot';

/** GET /api/update */
export const UpdateAnswer = v.object({
  /** This system updates itself as a whole; else Pipit is updated as it was installed. */
  available: v.boolean(),
  /** What runs. */
  installed: v.string(),
  state: v.picklist(['idle', 'downloading', 'checking', 'installing', 'installed', 'confirming', 'failed', 'undone']),
  /** Of downloading or installing; null while it is not known. */
  percent: v.nullable(v.number()),
  /** Of the update that it is about. */
  version: v.nullable(v.string()),
  /** Why it failed or was undone. */
  problem: v.nullable(v.object({ code: v.string(), message: v.string(), remedy: v.string() })),
  /** The newest version and its file, where advanced.release_url names one. */
  latest: v.nullable(v.object({ version: v.string(), url: v.string() })),
});

export type UpdateAnswer = v.InferOutput<typeof UpdateAnswer>;

/** POST /api/update: from there, or the newest version. */
export const InstallUpdate = v.object({
  url: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  /** Also what is older than what runs. */
  allow_older: v.optional(v.boolean(), false),
});

/** PUT /api/update/file */
export const UpdateQuery = v.object({
  /** `1`: also what is older than what runs. */
  allow_older: v.optional(v.picklist(['1'])),
});

/** How many bytes of a file are there: the next part begins with that one. */
export const UpdateReceived = v.object({ received: v.number() });
