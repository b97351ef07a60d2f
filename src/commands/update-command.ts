import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../core/clock.ts';
import { PipitError, sentencesOf } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { HostPower } from '../hardware/host-power.ts';
import { runProgram } from '../hardware/system-program.ts';
import { machineUpdate } from '../station/station-update.ts';
import { BundleFolder } from '../update/bundle-folder.ts';
import { isWebAddress } from '../update/download-bundle.ts';
import { lockFolder } from '../update/folder-lock.ts';
import { Rauc } from '../update/rauc.ts';
import { noRauc, refusalReport } from '../update/refusals.ts';
import { rollBack } from '../update/roll-back.ts';
import { SystemUpdate } from '../update/system-update.ts';
import type { UpdateReport } from '../update/update-report.ts';
import { nameOfSlot, updateStatus } from '../update/update-status.ts';

const USAGE = `Usage: pipit update FILE|URL [--reboot] [--allow-older]
                              install an update; it counts from the next start on
       pipit update --status  what runs, what waits, and how an update goes
       pipit update --rollback [--reboot]
                              start the system before with the next start
`;

/** Where a download waits: root's alone. Not the station's own folder, which it empties when it starts. */
const FOLDER = '/data/updates';

/** `pipit update`: updates the whole system, for who has a terminal on it. Takes root. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      reboot: { type: 'boolean', default: false },
      'allow-older': { type: 'boolean', default: false },
      status: { type: 'boolean', default: false },
      rollback: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [from] = positionals;
  const isOne = Number(values.status) + Number(values.rollback) + positionals.length === 1;
  if (values.help || !isOne) {
    process[values.help ? 'stdout' : 'stderr'].write(USAGE);
    return values.help ? 0 : 2;
  }
  try {
    if (!machineUpdate().isThere()) throw noRauc();
    if (values.rollback) return await goBack(values.reboot);
    if (from === undefined) {
      const lines = await updateStatus({ ...machineUpdate(), version: version() });
      process.stdout.write(`${lines.join('\n')}\n`);
      return 0;
    }
    return await install(from, { allowOlder: values['allow-older'], restart: values.reboot });
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    process.stderr.write(`${sentencesOf(refusalReport(error))}\n`);
    return 1;
  }
}

async function install(
  from: string,
  wishes: { readonly allowOlder: boolean; readonly restart: boolean },
): Promise<number> {
  // Before it starts: that empties the folder.
  await using _lock = await lockFolder(FOLDER);
  await using update = updateOfMachine(progressPrinter());
  await update.start();
  if (isWebAddress(from)) update.fetch(from, wishes);
  else if (existsSync(from)) update.install(resolve(from), wishes);
  else {
    process.stderr.write(`There is no ${from}.\n`);
    return 1;
  }
  // Its timers do not keep the program alive.
  const alive = setInterval(() => {}, 1_000);
  await update.settled().finally(() => clearInterval(alive));
  const { step, problem, version } = update.report;
  if (step !== 'installed') {
    process.stderr.write(`${sentencesOf(problem ?? { message: `It ended as ${step}`, remedy: '' })}\n`);
    return 1;
  }
  const next = wishes.restart ? 'The machine starts again now.' : 'It counts from the next start on: systemctl reboot';
  process.stdout.write(`${version ?? 'The update'} is installed. ${next}\n`);
  return 0;
}

async function goBack(isReboot: boolean): Promise<number> {
  const { marks } = machineUpdate();
  const before = await rollBack({ rauc: new Rauc(runProgram), marks });
  if (before === undefined) {
    process.stderr.write('There is no other system that could be started.\n');
    return 1;
  }
  process.stdout.write(`System ${nameOfSlot(before)} is started from now on.\n`);
  if (isReboot) await new HostPower().reboot();
  return 0;
}

function updateOfMachine(onChange: (report: UpdateReport) => void): SystemUpdate {
  const power = new HostPower();
  return new SystemUpdate({
    ...machineUpdate(),
    clock: systemClock,
    log: silentLog,
    folder: new BundleFolder(FOLDER),
    version: version(),
    reboot: () => power.reboot(),
    onChange,
  });
}

/** A line for each step, and every tenth percent. */
function progressPrinter(): (report: UpdateReport) => void {
  let told = '';
  return ({ step, percent }) => {
    const tens = percent === undefined ? '' : ` ${Math.floor(percent / 10) * 10} %`;
    const line = `${step}${tens}\n`;
    if (line === told || (step !== 'downloading' && step !== 'checking' && step !== 'installing')) return;
    told = line;
    process.stdout.write(line);
  };
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
}
