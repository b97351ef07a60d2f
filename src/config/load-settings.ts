import { dirname, resolve } from 'node:path';
import { type Diagnostic, Diagnostics, InvalidConfig, type Place } from './diagnostic.ts';
import { applyEnvironment, type Environment } from './environment.ts';
import { type GivenConfig, givenOf } from './given.ts';
import { parseHcl } from './hcl-parser.ts';
import type { ProfileName } from './profiles.ts';
import { MAX_CONFIG_BYTES, readConfigFile, tooLarge } from './read-config-file.ts';
import { resolveConfig } from './resolve-config.ts';
import type { Settings } from './settings.ts';
import { toSettings } from './to-settings.ts';
import type { Values } from './values.ts';

/** Where settings come from, besides the defaults of the schema. */
export interface SettingsOrigin {
  /** The file as the user named it: diagnostics repeat it, and relative paths in it start at its directory. */
  readonly file: string;
  /** Its text; without it the file is read. */
  readonly text?: string | undefined;
  readonly env: Environment;
  /** The profile of a configuration that names none. */
  readonly profileDefault: ProfileName;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** What they were read from, secrets included. */
  readonly text: string;
  /** Warnings and notices. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same by the names and units of the file, secrets included: for comparing, never for showing. */
  readonly values: Values;
  /** Where each key that is not a default was set, by dotted name. */
  readonly places: ReadonlyMap<string, Place>;
}

/**
 * Defaults, then the profile, then the file, then the environment; then everything is checked.
 * @throws InvalidConfig with all that is wrong, warnings included.
 */
export function loadSettings({ file, text, env, profileDefault }: SettingsOrigin): LoadedSettings {
  const content = text ?? readConfigFile(file);
  if (content.length > MAX_CONFIG_BYTES) throw tooLarge(file);
  const diagnostics = new Diagnostics();
  const body = parseHcl(content, file, diagnostics);
  // What follows from half a file would only distract from why it is half.
  if (diagnostics.failed) throw new InvalidConfig(inOrder(diagnostics.list));
  const given = givenOf(body, file, diagnostics);
  applyEnvironment(given, env, diagnostics);
  const values = resolveConfig(given, { profileDefault, directory: dirname(resolve(file)), diagnostics });
  const found = inOrder(diagnostics.list);
  if (diagnostics.failed) throw new InvalidConfig(found);
  return { settings: toSettings(values), text: content, diagnostics: found, values, places: placesOf(given) };
}

/** From the top of the file to its end, then the environment. */
function inOrder(list: readonly Diagnostic[]): readonly Diagnostic[] {
  const line = (diagnostic: Diagnostic): number => diagnostic.line || Number.MAX_SAFE_INTEGER;
  return list.toSorted((a, b) => line(a) - line(b) || a.column - b.column);
}

function placesOf(given: GivenConfig): Map<string, Place> {
  const places = new Map<string, Place>();
  const blocks = [
    ['', given.top] as const,
    ...[...given.single].map(([name, block]) => [`${name}.`, block] as const),
    ...[...given.sources].map(([name, block]) => [`source.${name}.`, block] as const),
    ...[...given.cameras].map(([name, block]) => [`camera.${name}.`, block] as const),
    ...[...given.mounts].map(([path, block]) => [`mount.${path}.`, block] as const),
  ];
  for (const [prefix, block] of blocks) {
    for (const [key, { place }] of block.keys) places.set(prefix + key, place);
  }
  return places;
}
