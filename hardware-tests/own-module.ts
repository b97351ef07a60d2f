import { existsSync } from 'node:fs';
import { type Bench, NotThere } from './hardware-test.ts';

/**
 * Makes a module of the kernel this run's own, before it is loaded. What a test before has loaded and could not unload is.
 *
 * @returns whether it is loaded already
 * @throws NotThere when it is somebody else's
 */
export function makeOwn({ ownModules }: Pick<Bench, 'ownModules'>, name: string, folder = '/sys/module'): boolean {
  const isLoaded = existsSync(`${folder}/${name.replaceAll('-', '_')}`);
  if (isLoaded && !ownModules.has(name))
    throw new NotThere(`somebody uses ${name}; where nobody does: modprobe -r ${name}`);
  ownModules.add(name);
  return isLoaded;
}
