import type { Diagnostics, Place } from './diagnostic.ts';
import type { GivenBlock, GivenConfig } from './given.ts';
import { mountPathFlaw } from './mount-path.ts';
import { nearestName } from './nearest-name.ts';
import { resolveKeys } from './resolve-keys.ts';
import { BUILT_IN_SOURCES, builtInSource } from './resolve-sources.ts';
import { MOUNT_KEYS } from './schema.ts';
import type { MountValues, SourceValues } from './values.ts';

interface MountsContext {
  /** Path of the only mount where no block declares one. */
  readonly mountPoint: string;
  readonly sources: ReadonlyMap<string, SourceValues>;
  readonly diagnostics: Diagnostics;
}

interface ResolvedMounts {
  readonly mounts: ReadonlyMap<string, MountValues>;
  /** The built-in sources that they name. */
  readonly builtIn: ReadonlyMap<string, SourceValues>;
}

/** Checks and fills in each mount, and finds the sources that it names. */
export function resolveMounts(given: GivenConfig, context: MountsContext): ResolvedMounts {
  const { diagnostics, sources } = context;
  const builtIn = new Map<string, SourceValues>();
  const mounts = new Map<string, MountValues>();
  for (const [path, block] of mountsOf(given, context.mountPoint)) {
    const flaw = mountPathFlaw(path);
    if (flaw !== undefined) {
      const place = given.mounts.size === 0 ? (mountPointPlace(given) ?? block.place) : block.place;
      const what = `listeners can't have a mount at ${JSON.stringify(path)}`;
      diagnostics.error(place, what, flaw, 'choose another path, such as "/stream"');
    }
    mounts.set(path, new MountResolution(path, block, given, context, builtIn).resolve());
  }
  const used = new Set([...mounts.values()].flatMap((mount) => [mount.source, ...mount.fallback]));
  for (const [name, { place }] of given.sources) {
    if (!sources.has(name) || used.has(name)) continue;
    const what = `source ${JSON.stringify(name)} feeds no mount`;
    diagnostics.warning(place, what, 'nobody can hear it', 'name it in a mount block, or remove it');
  }
  return { mounts, builtIn };
}

/** The declared mounts, or else the one that `server.mount_point` names. */
function mountsOf(given: GivenConfig, mountPoint: string): ReadonlyMap<string, GivenBlock> {
  if (given.mounts.size > 0) return given.mounts;
  return new Map([[mountPoint, { place: given.top.place, keys: new Map() }]]);
}

function mountPointPlace(given: GivenConfig): Place | undefined {
  return given.single.get('server')?.keys.get('mount_point')?.place;
}

class MountResolution {
  readonly #name: string;
  readonly #block: GivenBlock;
  readonly #given: GivenConfig;
  readonly #sources: ReadonlyMap<string, SourceValues>;
  readonly #diagnostics: Diagnostics;
  readonly #builtIn: Map<string, SourceValues>;

  constructor(
    path: string,
    block: GivenBlock,
    given: GivenConfig,
    { sources, diagnostics }: MountsContext,
    builtIn: Map<string, SourceValues>,
  ) {
    this.#name = `mount ${JSON.stringify(path)}`;
    this.#block = block;
    this.#given = given;
    this.#sources = sources;
    this.#diagnostics = diagnostics;
    this.#builtIn = builtIn;
  }

  resolve(): MountValues {
    const values = resolveKeys(MOUNT_KEYS, this.#block, {
      name: this.#name,
      // Whoever declares no source is trying Pipit out: the demo tells more than silence.
      defaultOf: (key) => (key === 'fallback' && this.#given.implicitSource ? ['demo'] : undefined),
      diagnostics: this.#diagnostics,
    });
    const source = values.source === '' ? this.#onlySource() : values.source;
    this.#find(source, 'source');
    this.#checkCamera(values.camera);
    return { ...values, source, fallback: this.#fallback(source, values.fallback) };
  }

  #onlySource(): string {
    const names = [...this.#given.sources.keys()];
    if (names.length > 1 && this.#given.mounts.size > 0) {
      const why = `there are ${names.length} sources to choose from`;
      this.#diagnostics.error(this.#block.place, `${this.#name} names no source`, why, `add source = "${names[0]}"`);
    }
    return names[0] ?? '';
  }

  #fallback(source: string, names: readonly string[]): readonly string[] {
    const explicit = this.#block.keys.has('fallback');
    const kept: string[] = [];
    for (const name of names) {
      if (name !== source && !kept.includes(name)) {
        kept.push(name);
        this.#find(name, 'fallback');
      } else if (explicit) {
        const what = `fallback of ${this.#name} names ${JSON.stringify(name)} again`;
        this.#diagnostics.warning(this.#placeOf('fallback'), what, 'it comes earlier already', 'remove it');
      }
    }
    return kept;
  }

  #find(name: string, key: string): void {
    // A source whose own block is wrong has its diagnostic already; so has a mount that names none of several.
    if (name === '' || this.#given.sources.has(name)) return;
    const builtIn = BUILT_IN_SOURCES.find((known) => known === name);
    if (builtIn !== undefined) {
      this.#builtIn.set(builtIn, builtInSource(builtIn, this.#diagnostics));
      return;
    }
    this.#unknown('source', name, key, [...this.#sources.keys(), ...BUILT_IN_SOURCES]);
  }

  #checkCamera(name: string): void {
    if (name !== '' && !this.#given.cameras.has(name))
      this.#unknown('camera', name, 'camera', this.#given.cameras.keys());
  }

  #unknown(kind: 'source' | 'camera', name: string, key: string, known: Iterable<string>): void {
    const quoted = JSON.stringify(name);
    const nearest = nearestName(name, known);
    const remedy = nearest === undefined ? `add ${kind} ${quoted} { … }` : `did you mean "${nearest}"?`;
    this.#diagnostics.error(this.#placeOf(key), `${quoted} is no ${kind}`, 'no block declares it', remedy);
  }

  #placeOf(key: string): Place {
    return this.#block.keys.get(key)?.place ?? this.#block.place;
  }
}
