import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runDays } from './history/day.ts';
import { killRounds } from './history/kill.ts';

/*
 * What keeping the history costs the card, and what it lives through.
 *
 *   node bench/history.ts day [days] [directory]     bytes written a day in normal running, default 1
 *   node bench/history.ts kill [rounds]              ended by SIGKILL during load, default 200
 *
 * The directory must be on a disk: a file system in memory counts nothing. Where an ext4 of its own is mounted there,
 * what the file system writes besides (its journal, its tables) is told, too.
 */

const [mode = 'day', count, where] = process.argv.slice(2);
const own = where === undefined ? mkdtempSync(join(tmpdir(), 'pipit-history-')) : undefined;
const directory = own ?? resolve(where as string);
mkdirSync(directory, { recursive: true });
if (mode === 'day') {
  const reports = await runDays(directory, Number(count ?? 1));
  console.table(
    reports.map(({ thread, device, fileBytes, msPerMinute }) => ({
      'written MB': mb(thread),
      'with the file system MB': device === undefined ? '' : mb(device),
      'files MB': mb(fileBytes),
      'ms a minute': Number(msPerMinute.toFixed(1)),
    })),
  );
} else {
  const report = await killRounds(directory, Number(count ?? 200));
  console.table(report.rows);
  console.log(JSON.stringify(report.sum));
  process.exitCode = report.sum.lost + report.sum.damaged > 0 ? 1 : 0;
}
if (own !== undefined) rmSync(own, { recursive: true, force: true });

function mb(bytes: number): number {
  return Number((bytes / 1e6).toFixed(2));
}
