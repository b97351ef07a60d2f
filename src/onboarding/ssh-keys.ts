import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface SshKeysDeps {
  /** The data partition. */
  readonly data: string;
  /** Writes a file that is whole after a power cut, for everybody to read. */
  readonly write: (file: string, text: string) => Promise<void>;
}

/**
 * Lets in by SSH who has one of these keys, and nobody else: whoever writes a new key means that earlier ones are no longer
 * good, by whichever name they came. Those go first, so that what a power cut leaves undone is seen and done at the next
 * start.
 *
 * @param user another name of root; undefined: none. The one that there is stays while the keys are the same
 * @returns whether anything has changed
 */
export async function keepSshKeys(
  { data, write }: SshKeysDeps,
  sshKeys: readonly string[],
  user: string | undefined,
): Promise<boolean> {
  const folder = join(data, 'ssh', 'authorized_keys');
  const text = sshKeys.map((key) => `${key}\n`).join('');
  const before = await readFile(join(folder, 'root'), 'utf8').catch(() => undefined);
  if (text === before && user === undefined) return false;
  await mkdir(folder, { recursive: true });
  const wanted = ['root', ...(user === undefined ? [] : [user])];
  for (const name of await readdir(folder)) {
    if (!wanted.includes(name)) await rm(join(folder, name), { recursive: true });
  }
  const userFile = join(data, 'system', 'user');
  if (user === undefined) await rm(userFile, { force: true });
  else {
    await write(join(folder, user), text);
    await write(userFile, `${user}\n`);
  }
  await write(join(folder, 'root'), text);
  return true;
}
