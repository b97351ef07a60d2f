import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
/** So many rounds make a row of the table. */
const ROUNDS_A_ROW = 25;
const LONGEST_MS = 600;

export interface KillRow {
  readonly rounds: number;
  /** Minutes that were said to be kept. */
  readonly kept: number;
  /** Of these, those that are not in the file, or not as they were. */
  readonly lost: number;
  /** Files that integrity_check finds fault with. */
  readonly damaged: number;
  /** Kept without having been said: the end came between the two. */
  readonly more: number;
}

/**
 * A process writes minutes as fast as it can and says each that is kept; it is killed at a random moment. Then the file is
 * looked at, and the next one goes on with it.
 */
export async function killRounds(directory: string, rounds: number): Promise<{ rows: KillRow[]; sum: KillRow }> {
  const file = join(directory, 'pipit.db');
  const rows: KillRow[] = [];
  const kept = new Map<number, number>();
  for (let round = 0; round < rounds; round++) {
    const before = kept.size;
    await writeAndKill(file, round, kept);
    const { lost, damaged, more } = look(file, kept);
    const row = { rounds: 1, kept: kept.size - before, lost, damaged, more };
    const last = rows.at(-1);
    if (last === undefined || last.rounds === ROUNDS_A_ROW) rows.push(row);
    else rows[rows.length - 1] = added(last, row);
  }
  return { rows, sum: rows.reduce(added) };
}

/** Each line that comes whole is a minute that is kept: its number and what its figure must be. */
async function writeAndKill(file: string, round: number, kept: Map<number, number>): Promise<void> {
  const child = spawn(process.execPath, [WRITER, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let isTimed = false;
  child.stdout.on('data', (data: Buffer) => {
    text += data;
    if (isTimed) return;
    isTimed = true;
    setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST_MS);
  });
  await once(child, 'close');
  for (const line of text.split('\n').slice(0, -1)) {
    const [minute = '', value = ''] = line.split(' ');
    if (value !== '') kept.set(Number(minute), Number(value));
  }
}

/** As the file is left behind, its log with it. */
function look(file: string, kept: Map<number, number>): { lost: number; damaged: number; more: number } {
  const sqlite = new Sqlite(file);
  const found = sqlite.pragma('integrity_check', { simple: true }) as string;
  const rows = sqlite.prepare('SELECT minute, batch FROM figure_minute').all() as { minute: number; batch: number }[];
  const events = new Set(
    (sqlite.prepare('SELECT time_ms FROM event').all() as { time_ms: number }[]).map((row) => row.time_ms),
  );
  const sessions = sqlite.prepare('SELECT count(*) FROM session').pluck().get() as number;
  sqlite.close();
  const inFile = new Map(rows.map(({ minute, batch }) => [minute, batch]));
  let lost = 0;
  for (const [minute, batch] of kept) if (inFile.get(minute) !== batch || !events.has(minute * 60_000)) lost += 1;
  let more = 0;
  for (const [minute, batch] of inFile) {
    if (kept.has(minute)) continue;
    more += 1;
    // All of a minute or nothing of it.
    if (!events.has(minute * 60_000)) lost += 1;
    kept.set(minute, batch);
  }
  if (sessions !== inFile.size || events.size !== inFile.size) lost += 1;
  return { lost, damaged: found === 'ok' ? 0 : 1, more };
}

function added(one: KillRow, other: KillRow): KillRow {
  return {
    rounds: one.rounds + other.rounds,
    kept: one.kept + other.kept,
    lost: one.lost + other.lost,
    damaged: one.damaged + other.damaged,
    more: one.more + other.more,
  };
}
