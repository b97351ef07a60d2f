import { systemClock } from '../../src/core/clock.ts';
import { CounterSet } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { HistoryLink } from '../../src/history/history-link.ts';
import { MinuteFigures } from '../../src/history/minute-figures.ts';
import { Load } from './load.ts';

/*
 * Writes minute after minute into a file until it is killed, and says each when it is kept: `MINUTE BATCH`.
 *
 *   node bench/history/writer.ts FILE ROUND
 */

const [file = '', round = '0'] = process.argv.slice(2);
/** More than can be written in a round, and less than a number that SQLite keeps exactly. */
const ROUND_MINUTES = 100_000;
const first = 1 + Number(round) * ROUND_MINUTES;
const load = new Load(first);
const deps = { clock: systemClock, log: silentLog, counters: new CounterSet(), random: Math.random };
const link = new HistoryLink(deps, { file, maxBytes: 1 << 30 });
link.start();
const figures = new MinuteFigures();
for (let minute = first; minute < first + ROUND_MINUTES; minute++) {
  for (const sample of load.samples()) figures.add(sample);
  await link.ask('keepMinutes', {
    number: minute * 7,
    steps: [],
    minutes: [{ minute, spans: figures.take() }],
    events: [{ timeMs: minute * 60_000, type: 'sound', subject: 'mic', detail: 'x'.repeat(minute % 200) }],
    sessions: [load.session(minute, minute * 60_000)],
    limits: undefined,
  });
  process.stdout.write(`${minute} ${minute * 7}\n`);
}
