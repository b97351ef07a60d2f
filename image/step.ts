import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something slow, made once for the same inputs. */
export interface Step {
  /** Lower-case words with dashes: names the folder in the cache and the line that is printed. */
  readonly name: string;
  /** All that what is made depends on: hashes of files, package lists, versions, folders of earlier steps. */
  readonly inputs: readonly string[];
  /**
   * Makes it.
   * @param into an empty folder
   */
  make(into: string): Promise<void>;
}

/** How many results of one step are kept. */
const KEPT = 3;
/** What was used so lately may be in use by a build that is under way. */
const IN_USE_MS = 3_600_000;
/** How often a build looks whether another one is done with a step. */
const TURN_MS = 300;

/** Where results of steps are kept: $PIPIT_IMAGE_CACHE, or ~/.cache/pipit-image. */
export function cacheFolder(): string {
  return process.env['PIPIT_IMAGE_CACHE'] ?? join(homedir(), '.cache/pipit-image');
}

/**
 * The folder with what `step` makes: from the cache when its inputs are the same, made now otherwise. A make that fails
 * leaves nothing behind. Of two builds at once, one makes it and the other waits.
 */
export async function done(step: Step): Promise<string> {
  const cache = cacheFolder();
  const key = createHash('sha256').update(JSON.stringify(step.inputs)).digest('hex').slice(0, 16);
  const result = join(cache, `${step.name}.${key}`);
  await mkdir(cache, { recursive: true });
  await using _turn = await takeTurn(`${result}.turn`);
  if (existsSync(result)) {
    await touch(result);
    say(step.name, 'as before');
    return result;
  }
  const work = await mkdtemp(join(cache, `.making-${step.name}-`));
  const begun = performance.now();
  try {
    await step.make(work);
    await rename(work, result);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await touch(result);
  say(step.name, `made in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  await forgetOld(cache, step.name);
  return result;
}

/** Waits until no other process has the file, and has it until disposed of. A process that is gone has nothing. */
async function takeTurn(file: string): Promise<AsyncDisposable> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner > 0 && !existsSync(`/proc/${owner}`)) await rm(file, { force: true });
    await sleep(TURN_MS);
  }
}

function say(name: string, what: string): void {
  console.log(`${name.padEnd(24)} ${what}`);
}

/** Notes in its time when a result was last used, whatever time the step gave it. */
async function touch(result: string): Promise<void> {
  const now = new Date();
  await utimes(result, now, now);
}

async function forgetOld(cache: string, name: string): Promise<void> {
  const ours = (await readdir(cache)).filter((entry) => entry.startsWith(`${name}.`) && !entry.endsWith('.turn'));
  const aged = await Promise.all(
    ours.map(async (entry) => {
      const stats = await stat(join(cache, entry)).catch(() => undefined);
      return { entry, used: stats?.mtimeMs ?? 0 };
    }),
  );
  const idle = aged.sort((a, b) => b.used - a.used).slice(KEPT);
  for (const { entry, used } of idle) {
    if (Date.now() - used > IN_USE_MS) await rm(join(cache, entry), { recursive: true, force: true });
  }
}
