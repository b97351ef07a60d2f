import { printTable } from '../viewers/table.ts';
import type { Figures } from './figures.ts';

const COLUMNS = ['', 'kbit/s', 'rebuffer %', 'silent %', 'skipped %'];
COLUMNS.push('per 10 min', 'switches/min', 'QoE', 'start s');

/** What the columns mean, for below the tables. */
export const LEGEND = `kbit/s: mean of what was played. rebuffer: silent and skipped, of the time after the start. silent: the player had
nothing to play. skipped: sound that was never sent, because the listener lagged too far behind; it counts like a stall
of that length, beside the silence that led to it. per 10 min: stalls and skips. QoE: kbit/s − 4.3 × 320 × rebuffer
share − sum of the rungs' changes in kbit/s per second. start: wait for the first sound, which counts nowhere else.`;

/** Prints what each algorithm came to. */
export function printFigures(title: string, rows: Readonly<Record<string, Figures>>): void {
  const cells = Object.entries(rows).map(([name, figures]) => [
    name,
    figures.bitrateKbps.toFixed(1),
    (100 * figures.rebufferShare).toFixed(2),
    (100 * (figures.rebufferShare - figures.skippedShare)).toFixed(2),
    (100 * figures.skippedShare).toFixed(2),
    figures.rebuffersPer10Min.toFixed(2),
    figures.switchesPerMin.toFixed(2),
    figures.qoe.toFixed(1),
    figures.startUpS.toFixed(2),
  ]);
  printTable(title, COLUMNS, cells);
}
