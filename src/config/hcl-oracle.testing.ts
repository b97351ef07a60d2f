import { type HclBody, type PlainValue, plainValue } from './hcl-syntax.ts';

// Written in CommonJS, and a second slower to load than anything else here: only tests load it.
const { parse: parseByOracle } = (await import('@cdktn/hcl2json')).default;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Ours in the shape of hcl2json: blocks as lists below their labels, escaped template openings, NFC text. */
export function asOracle(body: HclBody): Json {
  const out: { [key: string]: Json } = {};
  for (const { name, value } of body.attributes) out[name] = jsonOf(plainValue(value));
  for (const block of body.blocks) {
    const path = [block.type, ...block.labels.map((label) => label.text.normalize('NFC'))];
    let level = out;
    for (const step of path.slice(0, -1)) {
      level[step] ??= {};
      level = level[step] as { [key: string]: Json };
    }
    const last = path.at(-1) ?? '';
    level[last] = [...((level[last] ?? []) as Json[]), asOracle(block.body)];
  }
  return out;
}

function jsonOf(value: PlainValue): Json {
  if (typeof value === 'string') return escapedText(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value as Json;
  const out: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(value)) out[escapedText(key)] = jsonOf(inner);
  return out;
}

function escapedText(text: string): string {
  return text.normalize('NFC').replaceAll(/[$%]\{/g, (opening) => opening[0] + opening);
}

/**
 * A text as HashiCorp's own parser reads it.
 * @throws anything when that refuses it
 */
export async function readByOracle(text: string): Promise<Json> {
  return (await parseByOracle('f.hcl', text)) as Json;
}
