import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/*
 *   npm run bench                    lists the benches
 *   npm run bench -- NAME [ARG …]    runs one
 */

/** Files that benches share, or start. */
const PARTS = new Set(['run.ts', 'station-process.ts', 'click-source.ts']);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !PARTS.has(file))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.log(`npm run bench -- NAME [ARG …]\n\n${names.map((each) => `  ${each}`).join('\n')}`);
  process.exit(name === undefined ? 0 : 2);
}
const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
