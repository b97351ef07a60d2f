/*
 * Part of `npm run check`: says which imports break the rules of import-rules.ts, and fails if any do.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { violationOf } from './import-rules.ts';
import { readImports } from './read-imports.ts';

let violations = 0;
for (const directory of ['src', 'bench', 'hardware-tests', 'image']) {
  for (const path of sourcesIn(directory)) {
    for (const found of readImports(path, readFileSync(path, 'utf8'))) {
      const why = violationOf(found);
      if (why === undefined) continue;
      violations += 1;
      console.error(`${path}: imports ${found.target}: ${why}`);
    }
  }
}
if (violations > 0) process.exitCode = 1;

function sourcesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${directory}/${name}`);
  } catch {
    // The directory does not exist yet.
    return [];
  }
}
