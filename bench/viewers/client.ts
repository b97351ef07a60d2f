import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What reached the viewers in the steady time. */
export interface Watched {
  readonly viewers: number;
  readonly refused: number;
  readonly ended: number;
  readonly seconds: number;
  readonly pictures: number;
  /** Pictures whose numbers are left out between two that came; 0 where they have none. */
  readonly missed: number;
  readonly bytes: number;
  /** Of one viewer. */
  readonly fps: { readonly min: number; readonly p50: number; readonly max: number };
  /** From the time in a part's head to the arrival of its last byte; undefined where it has none. */
  readonly ageMs?: { readonly p50: number; readonly p95: number; readonly max: number };
  /** Pictures by the level in their heads. */
  readonly levels: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
}

/** How many watch which path for how long, and what to read off the server when the steady time begins and ends. */
export interface Watch<Reading> {
  readonly port: number;
  readonly paths: Readonly<Record<string, number>>;
  readonly warmS: number;
  readonly steadyS: number;
  read(): Promise<Reading> | Reading;
}

/** Compiles one of the C programs beside this file, and says where it is. */
export function compile(name: 'client' | 'floor', dir: string): string {
  const program = join(dir, name);
  execFileSync('cc', ['-O2', '-o', program, join(import.meta.dirname, `${name}.c`)]);
  return program;
}

/** Has viewers watch, in one process of their own. */
export async function watch<Reading>(
  client: string,
  { port, paths, warmS, steadyS, read }: Watch<Reading>,
): Promise<{ watched: Watched; before: Reading; after: Reading }> {
  const pairs = Object.entries(paths).map(([path, count]) => `${path}=${count}`);
  const child = spawn(client, ['127.0.0.1', String(port), String(warmS), String(steadyS), ...pairs], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  // It ends by itself, unless the server hangs and it with it.
  const deadline = setTimeout(() => child.kill(), (warmS + steadyS + 20) * 1000);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'start') throw new Error('the viewers have not connected');
  const before = await read();
  const line: string | undefined = (await lines.next()).value;
  if (line === undefined) throw new Error('the viewers have ended early');
  const watched = JSON.parse(line) as Watched;
  const after = await read();
  child.stdin.end();
  await ended;
  clearTimeout(deadline);
  return { watched, before, after };
}
