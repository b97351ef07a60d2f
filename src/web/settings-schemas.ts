import * as v from 'valibot';

/** Of a form; the station has its own bound for each text. */
const MAX_TEXT = 4096;
const MAX_ITEMS = 256;
/** Characters of config.hcl. */
export const MAX_FILE = 1024 * 1024;

const Text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const Value = v.union([
  Text,
  v.pipe(v.number(), v.finite()),
  v.boolean(),
  v.pipe(v.array(Text), v.maxLength(MAX_ITEMS)),
  v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(MAX_ITEMS)),
  v.null(),
]);

/** Values by dotted name; null takes a key out, so that its default holds, or a whole block: `source.nest`. */
export const SettingChangesBody = v.strictObject({
  changes: v.pipe(
    v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(256)), Value),
    v.check((changes) => Object.keys(changes).length <= MAX_ITEMS, `${MAX_ITEMS} changes are the most`),
  ),
});

/** What is to be checked: changes, a text for config.hcl, or taking the last change of it back. */
export const SettingsCheckBody = v.union([
  SettingChangesBody,
  v.strictObject({ text: v.pipe(v.string(), v.maxLength(MAX_FILE)) }),
  v.strictObject({ undo: v.literal(true) }),
]);

/** What became of it, or would: dotted names. */
export const SettingsOutcomeAnswer = v.object({
  /** In effect. */
  live: v.array(v.string()),
  /** Takes effect at the next start. */
  restart: v.array(v.string()),
});

const Flaw = v.object({
  /** Dotted name of the setting, or the variable of the environment; empty: the file. */
  name: v.string(),
  line: v.number(),
  column: v.number(),
  severity: v.picklist(['error', 'warning', 'notice']),
  what: v.string(),
  why: v.string(),
  remedy: v.string(),
});

const Held = v.nullable(v.union([v.string(), v.number(), v.boolean(), v.array(v.string()), v.array(v.number())]));

const KeySheet = {
  key: v.string(),
  /** secret, secrets: never told; list: of texts; numbers: a list. */
  kind: v.picklist(['integer', 'number', 'text', 'secret', 'flag', 'list', 'secrets', 'numbers']),
  unit: v.string(),
  range: v.nullable(v.tuple([v.number(), v.number()])),
  choices: v.nullable(v.array(v.union([v.string(), v.number()]))),
  /** Finishes the sentence “it must be …”. */
  expected: v.string(),
  doc: v.string(),
  default: Held,
  /** What gives the default where it is null. */
  inherits: v.string(),
  required: v.boolean(),
  /** Changes at once; else with the next start. */
  live: v.boolean(),
  secret: v.boolean(),
  /** Why it can't be changed over the network. */
  fixed: v.nullable(v.string()),
};

const Setting = v.object({
  ...KeySheet,
  /** Dotted, as changes name it. */
  name: v.string(),
  /** As it stands in the file, or as it is by default; null for a secret and for nothing. */
  value: Held,
  /** Whether there is a value that is not empty. */
  filled: v.boolean(),
  origin: v.variant('kind', [
    v.object({ kind: v.literal('file'), line: v.number() }),
    v.object({ kind: v.literal('environment'), variable: v.string() }),
    v.object({ kind: v.literal('profile') }),
    v.object({ kind: v.literal('default') }),
  ]),
});

/** GET /api/settings: enough for a form. */
export const SettingsAnswer = v.object({
  file: v.object({
    path: v.string(),
    exists: v.boolean(),
    /** Why it can't be written; null: it can. */
    read_only: v.nullable(v.string()),
    /** The last change can be taken back. */
    has_previous: v.boolean(),
  }),
  /** What a start would now find wrong or doubtful. With an error among it, the values are those that run. */
  diagnostics: v.array(Flaw),
  /** Dotted names of what takes effect at the next start. */
  pending_restart: v.array(v.string()),
  blocks: v.array(
    v.object({
      /** Dotted; empty: the top level. */
      name: v.string(),
      type: v.string(),
      /** Of a source, a camera or a mount. */
      label: v.string(),
      doc: v.string(),
      /** Whether it stands in the file. */
      declared: v.boolean(),
      keys: v.array(Setting),
    }),
  ),
  /** What can be added. */
  kinds: v.array(
    v.object({
      block: v.string(),
      doc: v.string(),
      types: v.array(v.object({ type: v.string(), fixed: v.nullable(v.string()), keys: v.array(v.object(KeySheet)) })),
    }),
  ),
});

export type SettingsAnswer = Kept<v.InferOutput<typeof SettingsAnswer>>;

/** What nobody changes. */
type Kept<T> = T extends object ? { readonly [K in keyof T]: Kept<T[K]> } : T;
