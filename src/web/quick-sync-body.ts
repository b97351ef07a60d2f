import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import type { Preferences } from '../core/preferences.ts';
import { QUALITY_MODES } from '../core/quality-level.ts';
import type { ClientHint } from './quick-sync-deps.ts';

/** What a field may be, for the schema and for people. */
interface Field {
  readonly schema: v.GenericSchema;
  readonly mayBe: string;
  readonly allowed?: readonly (string | boolean)[];
}

interface BodyRefusal {
  readonly error: string;
  /** Null when it is no object at all. */
  readonly field: string | null;
  readonly allowed?: readonly (string | boolean)[];
}

/** A body that is not understood, as an answer. */
export class BodyProblem {
  readonly status: 400 | 422;
  readonly answer: BodyRefusal;

  constructor(status: 400 | 422, answer: BodyRefusal) {
    this.status = status;
    this.answer = answer;
  }
}

export interface DeviceChange {
  readonly name: string | undefined;
  readonly preferences: Partial<Preferences> | undefined;
}

const MAX_BODY_BYTES = 1024;
const MAX_NAME_LENGTH = 64;
/** Nothing that is drawn nowhere, or turns the text around it over; but what joins emoji. */
const LINE = /^(?:\u200d|[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}])*$/u;
/** Of the Network Information API (https://wicg.github.io/netinfo/). */
const CONNECTION_TYPES = ['bluetooth', 'cellular', 'ethernet', 'mixed', 'none', 'other', 'unknown', 'wifi', 'wimax'];
const EFFECTIVE_TYPES = ['slow-2g', '2g', '3g', '4g'];
const MAX_DOWNLINK_MBPS = 1e6;
const MAX_RTT_MS = 1e6;

const PREFERENCES = {
  mode: oneOf(QUALITY_MODES),
  prefer_quality: flag(),
  adapt_to_system: flag(),
  auto_download_quality: flag(),
};

const HINT = {
  type: oneOf(CONNECTION_TYPES),
  effective_type: oneOf(EFFECTIVE_TYPES),
  downlink_mbps: upTo(MAX_DOWNLINK_MBPS),
  rtt_ms: upTo(MAX_RTT_MS),
  save_data: flag(),
};

const NAME: Field = {
  schema: v.pipe(v.string(), v.trim(), v.maxLength(MAX_NAME_LENGTH), v.regex(LINE)),
  mayBe: `a line of ${MAX_NAME_LENGTH} characters at most; empty: no name`,
};

/** The bodies as they are told of. */
export const PreferencesBody = v.strictObject(optional(PREFERENCES));
export const HintBody = v.strictObject(optional(HINT));
export const DeviceBody = v.strictObject({
  ...optional({ name: NAME }),
  preferences: v.optional(PreferencesBody),
});

/** Refuses bodies that are too long. */
export const limitedBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (context) => context.json({ error: `A body has ${MAX_BODY_BYTES} bytes at most.` }, 413),
});

export function readPreferences(body: string): Partial<Preferences> | BodyProblem {
  return toPreferences(read(body, PREFERENCES));
}

/** @param body may be empty */
export function readHint(body: string): ClientHint | BodyProblem | undefined {
  if (body.trim() === '') return undefined;
  const fields = read(body, HINT);
  if (fields instanceof BodyProblem) return fields;
  const {
    type,
    effective_type: effectiveType,
    downlink_mbps: downlinkMbps,
    rtt_ms: rttMs,
    save_data: saveData,
  } = fields;
  return { type, effectiveType, downlinkMbps, rttMs, saveData } as ClientHint;
}

export function readDeviceChange(body: string): DeviceChange | BodyProblem {
  const fields = read(body, { name: NAME, preferences: { schema: v.unknown(), mayBe: 'an object' } });
  if (fields instanceof BodyProblem) return fields;
  const { name, preferences: given } = fields;
  const preferences = given === undefined ? undefined : toPreferences(readObject(given, PREFERENCES, 'preferences.'));
  if (preferences instanceof BodyProblem) return preferences;
  return { name: name as string | undefined, preferences };
}

/** The answer to a body that is not understood. */
export function refuseBody(context: Context, { status, answer }: BodyProblem): Response {
  return context.json(answer, status);
}

type Fields = Readonly<Record<string, unknown>>;

function read(body: string, fields: Readonly<Record<string, Field>>): Fields | BodyProblem {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    const error = `The body is not JSON. Send an object with any of ${Object.keys(fields).join(', ')}.`;
    return new BodyProblem(400, { error, field: null });
  }
  return readObject(value, fields, '');
}

/** @param prefix of the names of fields, as the answer calls them */
function readObject(value: unknown, fields: Readonly<Record<string, Field>>, prefix: string): Fields | BodyProblem {
  const names = Object.keys(fields);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const error = `Send an object with any of ${names.map((name) => prefix + name).join(', ')}.`;
    return new BodyProblem(422, { error, field: prefix === '' ? null : prefix.slice(0, -1) });
  }
  const known: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const error = `There is no field ${JSON.stringify(prefix + name)}. Those that there are: ${names.join(', ')}.`;
      return new BodyProblem(422, { error, field: prefix + name, allowed: names });
    }
    const result = v.safeParse(field.schema, given);
    if (!result.success) return wrong(prefix + name, field);
    known[name] = result.output;
  }
  return known;
}

function wrong(field: string, { mayBe, allowed }: Field): BodyProblem {
  return new BodyProblem(422, {
    error: `${field} may be ${mayBe}.`,
    field,
    ...(allowed === undefined ? {} : { allowed }),
  });
}

function toPreferences(fields: Fields | BodyProblem): Partial<Preferences> | BodyProblem {
  if (fields instanceof BodyProblem) return fields;
  const preferences = {
    mode: fields['mode'],
    preferQuality: fields['prefer_quality'],
    adaptToSystem: fields['adapt_to_system'],
    autoDownloadQuality: fields['auto_download_quality'],
  };
  return Object.fromEntries(Object.entries(preferences).filter(([, value]) => value !== undefined));
}

/** Each field may be left out. */
function optional(fields: Readonly<Record<string, Field>>) {
  return Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, v.optional(schema)]));
}

function oneOf(allowed: readonly string[]): Field {
  const [last, ...others] = allowed.toReversed();
  return { schema: v.picklist(allowed), mayBe: `${others.reverse().join(', ')} or ${last}`, allowed };
}

function flag(): Field {
  return { schema: v.boolean(), mayBe: 'true or false', allowed: [true, false] };
}

function upTo(most: number): Field {
  return { schema: v.pipe(v.number(), v.minValue(0), v.maxValue(most)), mayBe: `a number from 0 to ${most}` };
}
