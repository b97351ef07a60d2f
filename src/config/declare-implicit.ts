import type { SettingChanges } from '../core/station-control.ts';
import type { HclBody } from './hcl-syntax.ts';
import type { LoadedSettings } from './load-settings.ts';

/**
 * Changes of a source or a camera that no block declares, such as the microphone of an empty file: declared with its
 * first key, it stays what it was but for that key.
 * @param body what the file says
 * @param loaded the same, filled in
 */
export function declareImplicit(
  changes: SettingChanges,
  body: HclBody,
  { values, places }: LoadedSettings,
): SettingChanges {
  const added: Record<string, SettingChanges[string]> = {};
  const isDeclared = (type: string, label?: string): boolean =>
    body.blocks.some((block) => block.type === type && (label === undefined || block.labels[0]?.text === label));
  for (const [name, value] of Object.entries(changes)) {
    const [, type, label] = /^(source|camera)\.([^.]+)\./.exec(name) ?? [];
    if (value === null || type === undefined || label === undefined || isDeclared(type)) continue;
    const implicit = (type === 'source' ? values.sources : values.cameras).get(label);
    if (implicit !== undefined && !values.builtIn.has(label)) added[`${type}.${label}.type`] = implicit.type;
    if (type === 'camera') continue;
    // Without any source, a mount falls back to the demo: that must not end by this.
    for (const [path, { fallback }] of values.mounts) {
      if (!places.has(`mount.${path}.fallback`)) added[`mount.${path}.fallback`] = fallback;
    }
  }
  return { ...added, ...changes };
}
