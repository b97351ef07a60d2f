import { existsSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { writePrivateFile } from '../access/private-file.ts';
import { DeviceError } from '../core/errors.ts';
import { Card } from '../onboarding/card.ts';
import { takeOver } from '../onboarding/first-boot.ts';
import { changeSetting, forgetPassword } from '../station/forgotten-password.ts';
import { PinoLog } from '../telemetry/pino-log.ts';

/** Ends so when the firmware takes something in with the next start only: who called restarts the machine. */
const RESTART_NEEDED = 10;
const CONFIG = '/etc/pipit/config.hcl';
/** A file of this name, with any extension, lets a new password be set. */
const RESET = /^reset[-_ ]?password(?:\.[a-z]{1,5})?$/i;

/**
 * `pipit apply-first-boot [--card FOLDER] [--data FOLDER] [--config FILE] [--only-password]`: takes over what lies on the
 * card's FAT partition. Runs as root, before Pipit, where a start finds something new there.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      card: { type: 'string', default: '/boot/firmware' },
      data: { type: 'string', default: '/data' },
      config: { type: 'string', default: process.env['PIPIT_CONFIG'] || CONFIG },
      'only-password': { type: 'boolean', default: false },
    },
  });
  const log = PinoLog.open({
    level: 'info',
    forJournal: process.env['JOURNAL_STREAM'] !== undefined,
    write: (line) => process.stdout.write(line),
  }).room('first-boot');
  const card = new Card(values.card);
  for (const name of (await readdir(card.folder)).filter((each) => RESET.test(each))) {
    await forgetPassword({ log, env: process.env }, values.config);
    // Last: cut short before, it is done again.
    await card.remove(name);
    log.notice(`${name} was on the card: the page asks for a new password at the next visit`);
  }
  if (values['only-password']) return 0;
  const { isRestartNeeded } = await takeOver({
    log,
    card,
    data: values.data,
    write: async (file, text, isSecret) => {
      await writePrivateFile(file, text);
      if (!isSecret) await chmod(file, 0o644);
    },
    nameStation: (name) => {
      if (!existsSync(values.config)) throw noConfig(values.config);
      return changeSetting(values.config, 'metadata.station_name', name);
    },
  });
  return isRestartNeeded ? RESTART_NEEDED : 0;
}

function noConfig(file: string): DeviceError {
  return new DeviceError('onboarding.no-config', `station_name is not taken: there is no ${file}`, {
    remedy: 'Set it on the page.',
  });
}
