import { fileURLToPath } from 'node:url';

/** The program stands beside this one, as TypeScript in a checkout and as JavaScript in a package. */
const FILE = fileURLToPath(
  new URL(`worker-main${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/** A media worker of sound, as arguments for Node. It keeps sound in native memory; its JavaScript heap stays small. */
export const SOUND_PROGRAM = ['--max-semi-space-size=1', '--max-old-space-size=96', FILE];
