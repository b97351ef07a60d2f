import { printTable } from '../viewers/table.ts';
import type { Figures } from './figures.ts';

const COLUMNS = ['', 'kbit/s', 'rebuffer %', 'of it skipped', 'per 10 min', 'switches/min', 'QoE', 'start s'];

/** Prints what each algorithm came to. */
export function printFigures(title: string, rows: Readonly<Record<string, Figures>>): void {
  const cells = Object.entries(rows).map(([name, figures]) => [
    name,
    figures.bitrateKbps.toFixed(1),
    (100 * figures.rebufferShare).toFixed(2),
    (100 * figures.skippedShare).toFixed(2),
    figures.rebuffersPer10Min.toFixed(2),
    figures.switchesPerMin.toFixed(2),
    figures.qoe.toFixed(1),
    figures.startUpS.toFixed(2),
  ]);
  printTable(title, COLUMNS, cells);
}
