import * as v from 'valibot';

const Trouble = v.object({
  /** `mqtt.credentials`, …: stable. */
  code: v.string(),
  /** What the broker answered, or why it did not. */
  message: v.string(),
  /** What to do. */
  remedy: v.string(),
});

/** GET /api/mqtt */
export const MqttStatus = v.object({
  /** off: no broker is named; waiting: there is no connection, and the next try comes soon. */
  state: v.picklist(['off', 'connecting', 'connected', 'waiting']),
  /** `host:port`, without user and password; empty: none, or not known yet. */
  broker: v.string(),
  /** How long it has been so. */
  seconds: v.number(),
  /** Why there is no connection. */
  trouble: v.nullable(Trouble),
  /** Topics that the broker does not let Pipit listen to. */
  unheard: v.array(v.string()),
  /** Home Assistant is told what there is. */
  discovery: v.boolean(),
  /** Where everything is told, `pipit/DEVICE`. */
  topic: v.string(),
});
export type MqttStatus = v.InferOutput<typeof MqttStatus>;

/** POST /api/mqtt/test: what is left out is as the configuration says. */
export const MqttTest = v.strictObject({
  url: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  username: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  password: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  version: v.optional(v.picklist(['5', '3.1.1'])),
  client_id: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{0,64}$/))),
  ca_file: v.optional(v.pipe(v.string(), v.maxLength(4096))),
  verify_certificate: v.optional(v.boolean()),
});
export type MqttTest = v.InferOutput<typeof MqttTest>;

/** What became of the test. */
export const MqttTestAnswer = v.object({
  ok: v.boolean(),
  /** In plain words, with what to do about it. */
  message: v.string(),
  code: v.optional(v.string()),
});
export type MqttTestAnswer = v.InferOutput<typeof MqttTestAnswer>;
