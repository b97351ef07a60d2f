import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A test file and how long it may take. */
export interface TestFile {
  /** Relative to the root it was found under. */
  readonly path: string;
  readonly deadlineMs: number;
}

const DIRECTORIES = ['src', 'bench', 'image', 'overlays', 'systemd', 'hardware-tests'];
const DEFAULT_DEADLINE_S = 60;

/**
 * The files `*.test.ts` below `root`'s folders of code, sorted, whose path contains one of `filters` (all files
 * when there are none). A file that needs longer than a minute says so in its first line:
 * `// deadline: 180 s`.
 */
export async function findTests(root: string, filters: readonly string[]): Promise<TestFile[]> {
  const found: TestFile[] = [];
  for (const directory of DIRECTORIES) {
    const entries = await readdir(join(root, directory), { recursive: true }).catch(() => []);
    for (const entry of entries.sort()) {
      const path = join(directory, entry);
      if (!path.endsWith('.test.ts') || path.includes('node_modules')) continue;
      if (filters.length > 0 && !filters.some((filter) => path.includes(filter))) continue;
      found.push({ path, deadlineMs: deadlineOf(await readFile(join(root, path), 'utf8')) });
    }
  }
  return found;
}

function deadlineOf(text: string): number {
  const asked = /^\/\/ deadline: (\d+) s$/m.exec(text.split('\n', 5).join('\n'));
  return (asked === null ? DEFAULT_DEADLINE_S : Number(asked[1])) * 1000;
}
