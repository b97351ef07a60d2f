import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { Diagnostics } from './diagnostic.ts';
import { HclLexer } from './hcl-lexer.ts';
import { parseHcl } from './hcl-parser.ts';
import type { HclAttribute, HclBlock, HclSpan } from './hcl-syntax.ts';
import type { BlockKeys, KeyKind, KeyValue } from './key.ts';
import { BLOCKS, MOUNT_KEYS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';
import { namedValues, type Values } from './values.ts';

/** What stands where a secret stood. */
const MASK = '***';
/** Keys of commands: programs take their passwords as arguments. */
const COMMANDS: ReadonlySet<string> = new Set(['command']);

/** Every value by its dotted name, for the eyes of others: of a secret it is only told whether there is one. */
export function maskedValues(values: Values): Record<string, KeyValue> {
  const masked: Record<string, KeyValue> = {};
  for (const { name, value, kind } of namedValues(values)) {
    const isHidden = isSecret(name.slice(name.lastIndexOf('.') + 1), kind);
    masked[name] = isHidden && value !== '' ? MASK : value;
  }
  return masked;
}

/** What must stand nowhere that others may see: passwords, those inside URLs, and what may be one in a command. */
export function secretsOfValues(values: Values): readonly string[] {
  const secrets = new Set<string>();
  for (const { name, value, kind } of namedValues(values)) {
    const key = name.slice(name.lastIndexOf('.') + 1);
    if (!isSecret(key, kind)) continue;
    for (const secret of [value].flat().map(String)) {
      if (!COMMANDS.has(key)) secrets.add(secret);
      for (const part of COMMANDS.has(key) ? likelySecrets(secret) : partsOfUrl(secret)) secrets.add(part);
    }
  }
  return [...secrets];
}

/** Words of an argument that are as long as passwords are. */
function likelySecrets(argument: string): readonly string[] {
  return argument.split(/[\s'":=,@/]+/).filter((word) => word.length >= 8);
}

function partsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { username, password, search } = new URL(url);
  return [username, password, search.slice(1)].flatMap((part) => [part, decoded(part)]);
}

/**
 * The text of a configuration for the eyes of others: without comments and without the values of secret keys, of
 * commands and of keys that Pipit does not know. Lines keep their numbers. Undefined for a text that can't be read as
 * HCL: then nobody can tell what in it is secret.
 */
export function maskedConfig(text: string): string | undefined {
  const diagnostics = new Diagnostics();
  const body = parseHcl(text, '', diagnostics);
  if (diagnostics.failed) return undefined;
  const secrets = [...secretsAmong(body.attributes, TOP_KEYS), ...body.blocks.flatMap(secretsOf)];
  const lexer = new HclLexer(text);
  let masked = '';
  let at = 0;
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    const secret = secrets.find(({ start, end }) => token.start >= start && token.end <= end);
    if (secret === undefined) {
      masked += commentless(text.slice(at, token.start)) + text.slice(token.start, token.end);
    } else if (secret.start === token.start) {
      const hidden = text.slice(secret.start, secret.end).replace(/[^\n]/g, '');
      masked += `${commentless(text.slice(at, token.start))}"${MASK}"${hidden}`;
    }
    at = token.end;
  }
  return `${masked.replace(/[ \t]+$/gm, '').trimEnd()}\n`;
}

function secretsOf({ type, body }: HclBlock): HclSpan[] {
  return [...secretsAmong(body.attributes, keysOf(type)), ...body.blocks.flatMap(secretsOf)];
}

function secretsAmong(attributes: readonly HclAttribute[], keys: BlockKeys): HclSpan[] {
  const isHidden = (name: string): boolean => {
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    return key === undefined || isSecret(name, key.kind);
  };
  return attributes.filter(({ name }) => isHidden(name)).map(({ value }) => value);
}

function isSecret(name: string, kind: KeyKind): boolean {
  return kind === 'secret' || kind === 'secrets' || COMMANDS.has(name);
}

function keysOf(block: string): BlockKeys {
  if (block === 'mount') return MOUNT_KEYS;
  // Whatever its type is: a key that one of them has is known.
  if (block === 'source') return Object.assign({}, SOURCE_KEYS, ...Object.values(SOURCE_TYPE_KEYS));
  if (block === 'camera') return Object.assign({}, CAMERA_KEYS, ...Object.values(CAMERA_TYPE_KEYS));
  return Object.hasOwn(BLOCKS, block) ? BLOCKS[block as keyof typeof BLOCKS] : {};
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What stands between two tokens, blanks and comments, without the comments. */
function commentless(between: string): string {
  return between.replace(/[^ \t\r\n\uFEFF][^\n]*/g, '');
}
