import type { Key, KeyValue } from './key.ts';

/** A value as HCL. */
export function literalOf(value: KeyValue): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
}

/** What a key takes: `a whole number from 1 to 1000 MiB`, `true or false`, `text`. */
export function sentenceOf(key: Key): string {
  if (key.kind === 'secret') return 'text, secret';
  return key.expected.startsWith('text on one line') ? 'text' : key.expected;
}
