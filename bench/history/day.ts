import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { HistoryLink } from '../../src/history/history-link.ts';
import type { Batch } from '../../src/history/keep-minutes.ts';
import { MinuteFigures } from '../../src/history/minute-figures.ts';
import { Load } from './load.ts';

const DAY_MINUTES = 1_440;
const SESSIONS_A_DAY = 50;
const EVENTS_A_DAY = 200;
const SAMPLES_A_MINUTE = 12;
const FROM_MINUTE = Math.floor(Date.UTC(2026, 2, 1) / 60_000);
const LIMITS = { minuteDays: 7, hourDays: 400, sessionDays: 90, eventDays: 90 };

/** What days of normal running have written, each in bytes. */
export interface DayReport {
  /** By the kernel's count of the thread. */
  readonly thread: number;
  /** Of the file system as a whole, its own journal included; undefined where it does not tell. */
  readonly device: number | undefined;
  readonly fileBytes: number;
  readonly msPerMinute: number;
}

/** Lives through days, minute by minute, without the waiting. */
export async function runDays(directory: string, days: number): Promise<DayReport[]> {
  const load = new Load();
  const deps = { clock: systemClock, log: silentLog, counters: load.counters, random: Math.random };
  await using link = new HistoryLink(deps, {
    file: join(directory, 'pipit.db'),
    maxBytes: 128 << 20,
    patienceMs: 60_000,
  });
  link.start();
  await link.ask('readDevices', undefined);
  const written = load.counters.counter('history_written_bytes_total', '');
  const figures = new MinuteFigures();
  const reports: DayReport[] = [];
  let sessions = 0;
  let number = 1;
  for (let day = 0; day < days; day++) {
    const before = { thread: written.value, device: deviceBytes(directory), ms: performance.now() };
    for (let n = 0; n < DAY_MINUTES; n++) {
      const minute = FROM_MINUTE + day * DAY_MINUTES + n;
      for (let sample = 0; sample < SAMPLES_A_MINUTE; sample++) for (const one of load.samples()) figures.add(one);
      const timeMs = minute * 60_000;
      const batch: Batch = {
        number: number++,
        steps: [],
        minutes: [{ minute, spans: figures.take() }],
        events: isDue(n, EVENTS_A_DAY) ? [{ timeMs, type: 'sound', subject: 'mic', detail: '-23 dBFS' }] : [],
        sessions: isDue(n, SESSIONS_A_DAY) ? [load.session(sessions++, timeMs)] : [],
        limits: LIMITS,
      };
      await link.ask('keepMinutes', batch);
    }
    const device = deviceBytes(directory);
    reports.push({
      thread: written.value - before.thread,
      device: device === undefined || before.device === undefined ? undefined : device - before.device,
      fileBytes: sizeOf(directory),
      msPerMinute: (performance.now() - before.ms) / DAY_MINUTES,
    });
  }
  return reports;
}

/** True so many times in a day, evenly. */
function isDue(minute: number, timesADay: number): boolean {
  return Math.floor((minute * timesADay) / DAY_MINUTES) !== Math.floor(((minute - 1) * timesADay) / DAY_MINUTES);
}

function sizeOf(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.startsWith('pipit.db'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

/** What an ext4 that is mounted at this directory has written since then; it must be nobody else's. */
function deviceBytes(directory: string): number | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const device = mounts.find(([, at, type]) => at === directory && type === 'ext4')?.[0];
  if (device === undefined) return undefined;
  const name = device.slice(device.lastIndexOf('/') + 1);
  return Number(readFileSync(`/sys/fs/ext4/${name}/session_write_kbytes`, 'latin1')) * 1024;
}
