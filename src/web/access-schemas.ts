import * as v from 'valibot';
import { SCOPES } from '../core/station-control.ts';

const Name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64), v.regex(/^[^\p{Cc}\u2028\u2029]*$/u));
const Password = v.pipe(v.string(), v.maxLength(200));
const Secret = v.pipe(v.string(), v.maxLength(100));

/** GET /api/access: who asks, and how it is with access. */
export const AccessState = v.object({
  /** What who asks may do beyond what everybody may; `none` for who has shown nothing. */
  scope: v.picklist(SCOPES),
  via: v.picklist(['nothing', 'session', 'password', 'token', 'guest']),
  /** May change something. */
  signed_in: v.boolean(),
  password_set: v.boolean(),
  /** It stands in config.hcl and is changed there. */
  password_configured: v.boolean(),
  /** There is no password, and one can be set from here. */
  first_visit: v.boolean(),
  /** Who may listen and watch. */
  listeners: v.picklist(['open', 'token', 'password']),
  /** The request came over https. */
  secure: v.boolean(),
  https_port: v.nullable(v.number()),
  /** Milliseconds since 1970, of a guest's link; null: it does not expire. */
  expires_ms: v.nullable(v.number()),
  /** Browsers that are signed in; null for who may not know. */
  sessions: v.nullable(v.number()),
  /** Why no password can be checked or set; null when all is well. */
  trouble: v.nullable(v.string()),
});
export type AccessState = v.InferOutput<typeof AccessState>;

/** POST /api/access/login: the password, or the token of a guest's link. */
export const Login = v.union([v.strictObject({ password: Password }), v.strictObject({ token: Secret })]);

/** POST /api/access/logout */
export const Logout = v.strictObject({ everywhere: v.optional(v.boolean(), false) });

/** POST /api/access/password; `current` where there is one already. */
export const NewPassword = v.strictObject({ password: Password, current: v.optional(Password, '') });

/** POST /api/access/tokens */
export const NewToken = v.strictObject({ name: Name, scope: v.picklist(['read', 'control', 'admin']) });

/** POST /api/access/guests */
export const NewGuest = v.strictObject({
  name: Name,
  hours: v.pipe(v.number(), v.minValue(0.1), v.maxValue(24 * 366)),
});

/** A token, without its secret. */
export const Token = v.object({
  id: v.string(),
  name: v.string(),
  scope: v.picklist(['read', 'control', 'admin']),
  created_ms: v.number(),
});

/** A guest's link, without its secret. */
export const Guest = v.object({ id: v.string(), name: v.string(), created_ms: v.number(), expires_ms: v.number() });

export const Tokens = v.object({ tokens: v.array(Token) });
export const Guests = v.object({ guests: v.array(Guest) });
/** The only time that the secret is told. */
export const MadeToken = v.object({ ...Token.entries, token: v.string() });
/** `path`: of the page, with the token in it. */
export const MadeGuest = v.object({ ...Guest.entries, token: v.string(), path: v.string() });
