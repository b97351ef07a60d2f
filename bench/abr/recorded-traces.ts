import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stretch } from './link.ts';
import type { Traces } from './synthetic-traces.ts';

/** The recordings in a directory of JSON files, by name and in order of it; undefined when there is no such directory. */
export function recordedTraces(directory: string): Traces | undefined {
  let files: string[];
  try {
    files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  } catch {
    return undefined;
  }
  return Object.fromEntries(
    files.sort().map((file) => {
      const stretches = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Stretch[];
      return [file.replace(/^report\.|\.json$/g, ''), stretches];
    }),
  );
}
