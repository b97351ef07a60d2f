import { ConfigError } from '../core/errors.ts';
import type { SettingChanges } from '../core/station-control.ts';
import { addKey, indentUnit, isOneLine, removeKey, replaceValue, unfolded } from './edit-attribute.ts';
import { HclDraft, unchangeable } from './hcl-draft.ts';
import { hclLiteral } from './hcl-literal.ts';
import { type HclAttribute, type HclBody, type PlainValue, plainValue } from './hcl-syntax.ts';
import type { KeyValue } from './key.ts';
import { findBlock, type SettingName, settingName } from './setting-name.ts';

/** More than all keys of a large configuration. */
const MAX_CHANGES = 1000;

/**
 * Changes settings in the text of a configuration. Comments, order, indentation and line ends stay; a key goes into its
 * block, a block that is missing to the end. Whether the values are allowed is not looked at.
 * @param changes by dotted name; null takes a key out, or a whole block: `source.nest`
 * @param file its name in diagnostics
 * @returns a text that holds exactly the old values with these changes
 * @throws InvalidConfig when the text is no HCL, ConfigError `config.refused` for what is no setting
 */
export function editConfig(text: string, changes: SettingChanges, file = 'config.hcl'): string {
  const entries = Object.entries(changes);
  if (entries.length > MAX_CHANGES) {
    throw new ConfigError('config.refused', `${entries.length} changes are too many at once`, {
      remedy: `Send ${MAX_CHANGES} at most.`,
    });
  }
  const before = new HclDraft(text, file);
  let draft = before;
  const expected = contentOf(before.body);
  for (const [dotted, value] of inOrder(entries)) {
    const name = settingName(dotted, draft.body);
    if (name.key === undefined && value !== null) {
      throw new ConfigError('config.refused', `${dotted} is a block and takes no value`, {
        remedy: 'Name one of its keys.',
      });
    }
    expect(expected, name, value);
    if (name.key === undefined) draft = withoutBlock(draft, name);
    else if (value === null || isThere(draft, name)) draft = changed(draft, name, name.key, value);
    else draft = withBlock(draft, name, keysOf(name, draft, entries));
  }
  if (fingerprint(contentOf(draft.body)) !== fingerprint(expected)) throw unchangeable(file);
  return draft.text;
}

/** Blocks go before others come; the type of a block comes before its other keys. */
function inOrder(entries: readonly [string, SettingChanges[string]][]): readonly [string, SettingChanges[string]][] {
  const isType = ([name]: readonly [string, unknown]): number => (name.endsWith('.type') ? 0 : 1);
  const isGone = ([, value]: readonly [string, unknown]): number => (value === null ? 0 : 1);
  return entries.toSorted((a, b) => isGone(a) - isGone(b) || isType(a) - isType(b));
}

function isThere({ body }: HclDraft, name: SettingName): boolean {
  return name.type === '' || findBlock(body, name) !== undefined;
}

function changed(draft: HclDraft, name: SettingName, key: string, value: KeyValue | null): HclDraft {
  const block = name.type === '' ? undefined : findBlock(draft.body, name);
  const body = name.type === '' ? draft.body : block?.body;
  const attribute = body?.attributes.find((each) => each.name === key);
  if (body === undefined) return draft;
  if (value === null) return attribute === undefined ? draft : removeKey(draft, body, attribute);
  if (attribute !== undefined) return isSame(attribute, value) ? draft : replaceValue(draft, attribute, value);
  if (block === undefined || !isOneLine(draft, body)) return addKey(draft, body, key, value);
  const wide = unfolded(draft, block);
  return addKey(wide, findBlock(wide.body, name)?.body ?? wide.body, key, value);
}

/** All that the changes put into one block, its type first. */
function keysOf(
  { type, label }: SettingName,
  { body }: HclDraft,
  entries: readonly [string, SettingChanges[string]][],
): ReadonlyMap<string, KeyValue> {
  const keys = new Map<string, KeyValue>();
  for (const [dotted, value] of inOrder(entries)) {
    const name = settingName(dotted, body);
    if (value !== null && name.key !== undefined && name.type === type && name.label === label) {
      keys.set(name.key, value);
    }
  }
  return keys;
}

function isSame({ value }: HclAttribute, next: KeyValue): boolean {
  return JSON.stringify(plainValue(value)) === JSON.stringify(next);
}

/** A new block at the end, a blank line before it; the text ends with a line break if it did. */
function withBlock(draft: HclDraft, { type, label }: SettingName, keys: ReadonlyMap<string, KeyValue>): HclDraft {
  const { lines, text } = draft;
  const { eol } = lines;
  const head = label === undefined ? type : `${type} ${hclLiteral(label)}`;
  const indent = indentUnit(draft);
  const width = Math.max(...[...keys.keys()].map((key) => key.length));
  const content = [...keys].map(([key, value]) => `${indent}${key.padEnd(width)} = ${hclLiteral(value)}${eol}`);
  const block = `${head} {${eol}${content.join('')}}`;
  const end = text.length;
  if (text.trim() === '') return draft.replaced(end, end, block + eol);
  if (!lines.isStart(end)) return draft.replaced(end, end, eol + eol + block);
  const above = lines.before(end);
  const isSpaced = above === undefined || text.slice(above, end).trim() === '';
  return draft.replaced(end, end, `${isSpaced ? '' : eol}${block}${eol}`);
}

/** Without a block, and without one of two blank lines that would then meet. */
function withoutBlock(draft: HclDraft, name: SettingName): HclDraft {
  const { lines, text } = draft;
  const block = findBlock(draft.body, name);
  if (block === undefined) return draft;
  const start = lines.startOf(block.start);
  if (text.slice(start, block.start).trim() !== '') return draft.replaced(block.start, block.end, '');
  const end = lines.endOf(block.end);
  const above = lines.before(start);
  const isSpaced = above !== undefined && text.slice(above, start).trim() === '';
  const meets = end === text.length || text.slice(end, lines.endOf(end)).trim() === '';
  return draft.replaced(isSpaced && meets ? above : start, end, '');
}

/** What a body says, whatever it looks like. */
interface Content {
  readonly blocks: { readonly type: string; readonly labels: readonly string[]; readonly content: Content }[];
  readonly keys: Map<string, PlainValue>;
}

function contentOf(body: HclBody): Content {
  return {
    blocks: body.blocks.map(({ type, labels, body: inner }) => {
      return { type, labels: labels.map(({ text }) => text), content: contentOf(inner) };
    }),
    keys: new Map(body.attributes.map(({ name, value }) => [name, plainValue(value)])),
  };
}

/** The same for two bodies that say the same. */
function fingerprint({ blocks, keys }: Content): string {
  const inner = blocks.map(({ type, labels, content }) => [type, labels, fingerprint(content)]);
  return JSON.stringify([inner, [...keys].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Makes a change in what is expected of the text. */
function expect(root: Content, { type, label, key }: SettingName, value: KeyValue | null): void {
  const index = root.blocks.findIndex((block) => block.type === type && block.labels[0] === label);
  if (key === undefined) {
    if (index >= 0) root.blocks.splice(index, 1);
    return;
  }
  const content = type === '' ? root : root.blocks[index]?.content;
  if (value === null) content?.keys.delete(key);
  else if (content !== undefined) content.keys.set(key, value);
  else {
    const labels = label === undefined ? [] : [label];
    root.blocks.push({ type, labels, content: { blocks: [], keys: new Map([[key, value]]) } });
  }
}
