import { posix } from 'node:path';
import type { Import } from './import-rules.ts';

/*
 * `from '…'` after import or export, the bare `import '…'`, and import(), require() and URLs relative to the
 * module. Biome's formatter has settled quotes and spacing before, so plain patterns are enough.
 */
const STATEMENT = /^\s*(import|export)\s+(type\s)?(?:[\w*{}\s,$]*?\sfrom\s)?['"]([^'"]+)['"]/gm;
const CALL = /\b(?:import|require|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+)['"]/g;

/** The imports in `text`, the source of the file `from` (a path from the root), with relative paths resolved. */
export function readImports(from: string, text: string): Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
    imports.push({ from, target, typeOnly });
  };
  for (const [, , type, specifier = ''] of text.matchAll(STATEMENT)) add(specifier, type !== undefined);
  for (const [, called, url] of text.matchAll(CALL)) add(called ?? url ?? '', false);
  return imports;
}
