import type { Diagnostics, Place } from './diagnostic.ts';
import { type HclBlock, type HclBody, type HclPlace, type PlainValue, plainValue } from './hcl-syntax.ts';
import { LATER_BLOCKS } from './later-blocks.ts';
import { nearestName } from './nearest-name.ts';
import { BLOCKS, TOP_KEYS } from './schema.ts';

/** A value that somebody has set, not yet looked at. */
export interface Given {
  readonly place: Place;
  readonly value: PlainValue;
}

export interface GivenBlock {
  readonly place: Place;
  readonly keys: Map<string, Given>;
}

/** What a file and the environment say, by block. */
export interface GivenConfig {
  readonly top: GivenBlock;
  /** Blocks of the schema that stand at most once. */
  readonly single: Map<string, GivenBlock>;
  readonly sources: Map<string, GivenBlock>;
  /** No block declares a source: `sources` holds the microphone that Pipit then listens to. */
  readonly implicitSource: boolean;
  readonly mounts: Map<string, GivenBlock>;
  readonly cameras: Map<string, GivenBlock>;
  /** No block declares a camera: `cameras` holds the one that Pipit then looks for. */
  readonly implicitCamera: boolean;
}

const MAX_LABELLED = 32;
const LABELLED = { source: 'sources', camera: 'cameras', mount: 'mounts' } as const;
const BLOCK_NAMES = [...Object.keys(BLOCKS), ...Object.keys(LABELLED), ...Object.keys(LATER_BLOCKS)];

/** Sorts a file's blocks; refuses unknown and repeated ones and wrong labels. */
export function givenOf(body: HclBody, file: string, diagnostics: Diagnostics): GivenConfig {
  const given = new Sorting(file, diagnostics).sort(body);
  const { place } = given.top;
  const ofType = (value: string): GivenBlock => ({ place, keys: new Map([['type', { place, value }]]) });
  const implicitSource = body.blocks.every((block) => block.type !== 'source');
  const implicitCamera = body.blocks.every((block) => block.type !== 'camera');
  if (implicitSource) given.sources.set('mic', ofType('alsa'));
  if (implicitCamera) given.cameras.set('camera', ofType('auto'));
  return { ...given, implicitSource, implicitCamera };
}

class Sorting {
  readonly #file: string;
  readonly #diagnostics: Diagnostics;
  readonly #given: GivenConfig;
  readonly #seenLater = new Set<string>();

  constructor(file: string, diagnostics: Diagnostics) {
    this.#file = file;
    this.#diagnostics = diagnostics;
    const top = { place: { file, line: 1, column: 1 }, keys: new Map() };
    this.#given = {
      top,
      single: new Map(),
      sources: new Map(),
      implicitSource: false,
      mounts: new Map(),
      cameras: new Map(),
      implicitCamera: false,
    };
  }

  sort(body: HclBody): GivenConfig {
    for (const { name, value, ...place } of body.attributes) {
      if (BLOCK_NAMES.includes(name)) {
        this.#error(place, `${name} is set with =`, 'it is a block', `write ${formOf(name)} … } without =`);
      } else {
        this.#given.top.keys.set(name, { place: this.#place(place), value: plainValue(value) });
      }
    }
    for (const block of body.blocks) this.#block(block);
    return this.#given;
  }

  #block(block: HclBlock): void {
    const { type } = block;
    const later = Object.hasOwn(LATER_BLOCKS, type) ? LATER_BLOCKS[type] : undefined;
    if (Object.hasOwn(BLOCKS, type)) this.#single(block);
    else if (type === 'source' || type === 'camera' || type === 'mount')
      this.#labelled(block, this.#given[LABELLED[type]]);
    else if (later !== undefined) this.#later(block, later);
    else if (Object.hasOwn(TOP_KEYS, type)) {
      this.#error(block, `${type} is written as a block`, 'it is a value', `write ${type} = "…"`);
    } else {
      const nearest = nearestName(type, BLOCK_NAMES);
      const remedy = nearest === undefined ? `known are ${BLOCK_NAMES.join(', ')}` : `did you mean ${nearest}?`;
      this.#error(block, `${type} is no block`, 'Pipit does not know it', remedy);
    }
  }

  #single(block: HclBlock): void {
    if (!this.#labels(block, 0)) return;
    const before = this.#given.single.get(block.type);
    if (before === undefined) this.#given.single.set(block.type, this.#contentOf(block));
    else this.#twice(block, block.type, before.place);
  }

  #labelled(block: HclBlock, target: Map<string, GivenBlock>): void {
    if (!this.#labels(block, 1)) return;
    const label = block.labels[0]?.text ?? '';
    const before = target.get(label);
    if (before !== undefined) this.#twice(block, `${block.type} ${JSON.stringify(label)}`, before.place);
    else if (target.size < MAX_LABELLED) target.set(label, this.#contentOf(block));
    else this.#error(block, `this ${block.type} is one too many`, `there can be ${MAX_LABELLED}`, 'remove some');
  }

  #later(block: HclBlock, labels: 0 | 1): void {
    if (!this.#labels(block, labels)) return;
    const label = block.labels[0]?.text ?? '';
    const name = labels === 0 ? block.type : `${block.type} ${JSON.stringify(label)}`;
    if (this.#seenLater.has(name)) {
      this.#error(block, `${name} is there twice`, 'a block of that name stands above', 'make one block of both');
      return;
    }
    this.#seenLater.add(name);
    const place = this.#place(block);
    this.#diagnostics.notice(place, `block ${name} is known but this version does not use it yet`, '', '');
  }

  #labels(block: HclBlock, wanted: 0 | 1): boolean {
    if (block.labels.length === wanted) return true;
    const { type } = block;
    const why = wanted === 0 ? 'it has no name' : 'it has one name';
    this.#error(
      block.labels[wanted] ?? block,
      `${type} stands with ${block.labels.length} names`,
      why,
      `write ${formOf(type)}`,
    );
    return false;
  }

  #contentOf(block: HclBlock): GivenBlock {
    for (const inner of block.body.blocks) {
      this.#error(inner, `${inner.type} is a block inside ${block.type}`, 'there are only values in it', 'move it out');
    }
    const keys = new Map<string, Given>();
    for (const { name, value, ...place } of block.body.attributes) {
      keys.set(name, { place: this.#place(place), value: plainValue(value) });
    }
    return { place: this.#place(block), keys };
  }

  #twice(place: HclPlace, name: string, before: Place): void {
    this.#error(place, `${name} is there twice`, `line ${before.line} has it already`, 'make one block of both');
  }

  #error(place: HclPlace, what: string, why: string, remedy: string): void {
    this.#diagnostics.error(this.#place(place), what, why, remedy);
  }

  #place({ line, column }: HclPlace): Place {
    return { file: this.#file, line, column };
  }
}

/** How a block begins. */
function formOf(type: string): string {
  if (type === 'mount') return 'mount "/PATH" {';
  return Object.hasOwn(LABELLED, type) || LATER_BLOCKS[type] === 1 ? `${type} "NAME" {` : `${type} {`;
}
