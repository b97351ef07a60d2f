import { Diagnostics } from './diagnostic.ts';
import { parseHcl } from './hcl-parser.ts';
import type { HclBlock, HclBody } from './hcl-syntax.ts';

/** Tells which setting stands at a line and column of a text: its dotted name, or that of its block; else empty. */
export function parseForNames(text: string): (line: number, column: number) => string {
  const names = new Map<string, string>();
  note(names, '', parseHcl(text, '', new Diagnostics()));
  return (line, column) => names.get(`${line}:${column}`) ?? '';
}

/** `source.mic`, `metadata` */
export function blockName({ type, labels }: HclBlock): string {
  return [type, ...labels.map(({ text }) => text)].join('.');
}

function note(names: Map<string, string>, prefix: string, { attributes, blocks }: HclBody): void {
  for (const { name, line, column } of attributes) names.set(`${line}:${column}`, prefix + name);
  for (const block of blocks) {
    const name = prefix + blockName(block);
    names.set(`${block.line}:${block.column}`, name);
    note(names, `${name}.`, block.body);
  }
}
