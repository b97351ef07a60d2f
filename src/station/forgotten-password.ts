import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessBook } from '../access/access-book.ts';
import { InvalidConfig } from '../config/diagnostic.ts';
import { editConfig } from '../config/edit-config.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { Log } from '../core/log.ts';

export interface ForgottenPasswordDeps {
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/** Where the package keeps it, should the configuration be too broken to say. */
const DATA_DIR = '/var/lib/pipit';

/**
 * Lets the owner of the card in again who has forgotten the password: as a factory reset does, it forgets who may do what
 * (password, sessions, tokens, links of guests); and it takes `auth.password` out of the configuration. The page then asks
 * for a new password at the next visit. Only while Pipit does not run.
 *
 * @param configFile of a station that may have no file yet
 * @throws Error of the file system
 */
export async function forgetPassword({ log, env }: ForgottenPasswordDeps, configFile: string): Promise<void> {
  await new AccessBook({ log }, join(dataDirOf(configFile, env), 'access.json')).forget();
  const text = await readFile(configFile, 'utf8').catch(() => '');
  if (!/\bpassword\b/.test(text)) return;
  try {
    const without = editConfig(text, { 'auth.password': null }, configFile);
    if (without !== text) await replaced(configFile, without);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    log.error(`${configFile} is broken, and a password in it stays: ${error.message}`);
  }
}

/**
 * Changes a setting in the file of a station that does not run.
 * @throws ConfigError for what is no setting, or where the file is broken; Error of the file system
 */
export async function changeSetting(configFile: string, name: string, value: string): Promise<void> {
  await replaced(configFile, editConfig(await readFile(configFile, 'utf8'), { [name]: value }, configFile));
}

function dataDirOf(configFile: string, env: NodeJS.ProcessEnv): string {
  try {
    return loadSettings({ file: configFile, env, profileDefault: 'raspberry-pi' }).settings.dataDir;
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return env['PIPIT_DATA_DIR'] || DATA_DIR;
  }
}

/** Owner and mode stay: the file belongs to whom Pipit runs as, and it may hold secrets. */
async function replaced(file: string, text: string): Promise<void> {
  const { uid, gid, mode } = await stat(file);
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  await chown(draft, uid, gid);
  await chmod(draft, mode & 0o777);
  await rename(draft, file);
}
