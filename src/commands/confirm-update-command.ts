import { parseArgs } from 'node:util';
import { sentencesOf } from '../core/errors.ts';
import { runProgram } from '../hardware/system-program.ts';
import { PinoLog } from '../telemetry/pino-log.ts';
import { confirmSystem } from '../update/confirmation.ts';
import { Rauc } from '../update/rauc.ts';
import { refusalReport } from '../update/refusals.ts';
import { MARKS_FOLDER, UpdateMarks } from '../update/update-marks.ts';

/** How long a new system may take to prove itself. */
const PATIENCE_MS = 180_000;
/** And RAUC, to come up beside all else that starts. */
const RAUC_MS = 120_000;

/**
 * `pipit confirm-update [-c FILE] [--marks FOLDER]`: says of the system that runs that it came up well, if it did. Run at
 * each start by pipit-confirm-update.service.
 *
 * @returns 0 where it stays, 1 where it is given up: who called starts the machine again
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string', short: 'c', default: process.env['PIPIT_CONFIG'] || '/etc/pipit/config.hcl' },
      marks: { type: 'string', default: MARKS_FOLDER },
    },
  });
  const log = PinoLog.open({
    level: 'info',
    forJournal: process.env['JOURNAL_STREAM'] !== undefined,
    write: (line) => process.stdout.write(line),
  }).room('update');
  try {
    const rauc = new Rauc(runProgram);
    await rauc.untilAnswers(RAUC_MS);
    const outcome = await confirmSystem({
      log,
      rauc,
      marks: new UpdateMarks(values.marks),
      proof: () => proveConfigured(values.config),
    });
    return outcome === 'given-up' ? 1 : 0;
  } catch (error) {
    log.error(`the system could not be confirmed: ${sentencesOf(refusalReport(error))}`);
    return 1;
  }
}

async function proveConfigured(file: string): Promise<string | undefined> {
  try {
    // A system that was confirmed before needs neither, and this runs while the station starts.
    const [{ loadSettings }, { proveStation }] = await Promise.all([
      import('../config/load-settings.ts'),
      import('../station/station-proof.ts'),
    ]);
    const { settings } = loadSettings({ file, env: process.env, profileDefault: 'raspberry-pi' });
    const { host, listenPort } = settings.server;
    const address = ['', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
    const url = `http://${address.includes(':') ? `[${address}]` : address}:${listenPort}`;
    return await proveStation({ url, mount: settings.mounts[0]?.path ?? '/stream' }, PATIENCE_MS);
  } catch (error) {
    return `The settings can not be read: ${(error as Error).message}`;
  }
}
