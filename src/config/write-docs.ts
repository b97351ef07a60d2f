import { writeFileSync } from 'node:fs';
import { renderConfig } from './render-config.ts';
import { renderDocs } from './render-docs.ts';

/** What is written from the schema, by path from the top of the project. */
export const WRITTEN: ReadonlyMap<string, () => string> = new Map([
  ['docs/config.md', renderDocs],
  ['config.hcl', renderConfig],
]);

if (import.meta.main) {
  for (const [path, render] of WRITTEN) writeFileSync(new URL(`../../${path}`, import.meta.url), render());
}
