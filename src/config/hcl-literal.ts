import { ConfigError } from '../core/errors.ts';
import type { KeyValue } from './key.ts';

/** What HCL knows a short escape for; every other control character is written by its number. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
const SPECIAL = /["\\\p{Cc}\u2028\u2029]/gu;

/**
 * A value as HCL that means exactly this value.
 * @throws ConfigError `config.refused` for what HCL can't write: half a character, a number that is none
 */
export function hclLiteral(value: KeyValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return digits(value);
  if (typeof value === 'boolean') return String(value);
  return `[${value.map((item) => hclLiteral(item)).join(', ')}]`;
}

function quoted(text: string): string {
  if (!text.isWellFormed()) {
    throw new ConfigError('config.refused', 'A text holds half a character', { remedy: 'Type it again.' });
  }
  const escaped = text.replaceAll(SPECIAL, (character) => SHORT[character] ?? numbered(character));
  // Doubled, the sign before a brace stands for itself; alone it would begin a template.
  return `"${escaped.replaceAll(/[$%]\{/g, (opening) => opening[0] + opening)}"`;
}

function numbered(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function digits(value: number): string {
  if (!Number.isFinite(value)) {
    throw new ConfigError('config.refused', `${value} is no number that a file can hold`, {
      remedy: 'Send another number.',
    });
  }
  return String(value);
}
