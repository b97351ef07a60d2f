import * as v from 'valibot';

const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const Password = v.pipe(v.string(), v.maxLength(64));

/** What is playing, as somebody wants listeners to be told; empty: as the source tells. */
export const NowPlaying = v.strictObject({
  mount: v.pipe(v.string(), v.startsWith('/'), v.maxLength(256)),
  title: v.pipe(v.string(), v.maxLength(256), v.regex(/^\P{Cc}*$/u)),
});

/** Which source or camera to start again. */
export const Restart = v.union([v.strictObject({ source: Name }), v.strictObject({ camera: Name })]);

/** A word to write out, so that nobody does it by accident. */
export const FactoryReset = v.strictObject({ confirm: v.literal('reset') });

/** Which Wi-Fi to join; an empty password: the one that the system knows, or none. */
export const JoinWifi = v.strictObject({
  ssid: v.pipe(v.string(), v.minLength(1), v.maxLength(32), v.regex(/^\P{Cc}+$/u)),
  password: v.optional(Password, ''),
});

/** That it is done, or under way. */
export const Done = v.strictObject({ ok: v.literal(true) });

/** A network in reach. */
const WifiNetwork = v.strictObject({
  ssid: v.string(),
  signal_percent: v.number(),
  secured: v.boolean(),
  current: v.boolean(),
  known: v.boolean(),
});

/** The answer of `/api/wifi`; `available` is false where the system does not let Wi-Fi be looked after. */
export const WifiAnswer = v.strictObject({
  available: v.boolean(),
  backend: v.nullable(v.string()),
  device: v.nullable(v.string()),
  ssid: v.nullable(v.string()),
  ethernet: v.boolean(),
});

/** The answer of `/api/wifi/networks`. */
export const WifiNetworks = v.strictObject({ networks: v.array(WifiNetwork) });
