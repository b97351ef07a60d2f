import { RefusedSettings } from '../core/refused-settings.ts';
import type { LoadedSettings } from './load-settings.ts';

/**
 * Settings that name a program to run are made by who has the file in hand, never over the network: whoever could set
 * them would be master of the machine.
 * @throws RefusedSettings when `next` would run what `before` does not
 */
export function refusePrograms(before: LoadedSettings, next: LoadedSettings): void {
  for (const [name, source] of next.values.sources) {
    if (source.type !== 'exec') continue;
    const old = before.values.sources.get(name);
    if (old?.type === 'exec' && JSON.stringify(old.command) === JSON.stringify(source.command)) continue;
    throw RefusedSettings.one(
      `source.${name}.${old?.type === 'exec' ? 'command' : 'type'}`,
      `source "${name}" would run a program`,
      'what is run on this machine is set in its configuration file only, not over the network',
      'write it into config.hcl on the machine itself',
    );
  }
}
