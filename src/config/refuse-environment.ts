import { RefusedSettings } from '../core/refused-settings.ts';
import type { LoadedSettings } from './load-settings.ts';

/**
 * What the environment sets, the file can't change.
 * @param names dotted
 * @throws RefusedSettings that names the variable
 */
export function refuseEnvironment({ places }: LoadedSettings, names: Iterable<string>): void {
  for (const name of names) {
    const variable = variableOf(places.get(name)?.file);
    if (variable === undefined) continue;
    throw RefusedSettings.one(
      name,
      `${name} is set by the environment variable ${variable}`,
      'which outdoes the file',
      `change or unset ${variable} where Pipit is started`,
    );
  }
}

/** The variable that a value comes from; undefined when it does not come from the environment. */
export function variableOf(file: string | undefined): string | undefined {
  return file?.startsWith('environment:') ? file.slice('environment:'.length) : undefined;
}
