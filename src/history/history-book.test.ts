import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { DeviceError } from '../core/errors.ts';
import type { SessionRow } from '../core/session.ts';
import { HistoryBook } from './history-book.ts';
import type { HistoryDesk } from './history-jobs.ts';
import { HistoryTime } from './history-time.ts';
import type { Batch } from './keep-minutes.ts';

const test = suite('history book');

const LIMITS = { minuteDays: 7, hourDays: 400, sessionDays: 90, eventDays: 90 };
const MINUTE_MS = 60_000;

/** A book whose disk can break, and whose clock stands still until it is moved. */
function bench(startMs = 100 * MINUTE_MS) {
  const now = { wallMs: startMs, bootS: 0 };
  const batches: Batch[] = [];
  let isBroken = false;
  const desk: HistoryDesk = {
    async ask(job, argument) {
      if (isBroken) throw new DeviceError('history.not-kept', 'broken', { remedy: 'Mend it.' });
      if (job === 'keepMinutes') batches.push(argument as Batch);
      return (job === 'readSessions' ? [] : undefined) as never;
    },
  };
  const counters = new CounterSet();
  const time = new HistoryTime({ wallTime: () => new Date(now.wallMs), bootSeconds: () => now.bootS });
  const book = new HistoryBook({ desk, time, counters, random: () => 0.5 }, () => LIMITS);
  return {
    book,
    batches,
    now,
    lost: () => counters.snapshot()['history_lost_rows_total'],
    break: (does: boolean) => {
      isBroken = does;
    },
    async pass(minutes: number) {
      for (let n = 0; n < minutes; n++) {
        book.add([{ name: 'listeners', subject: '', value: n }]);
        now.wallMs += MINUTE_MS;
        now.bootS += 60;
        book.add([]);
        await book.write();
      }
    },
    minutes: () => batches.flatMap(({ minutes }) => minutes.map(({ minute }) => minute)),
  };
}

function session(id: string, endedMs: number): SessionRow {
  return { id, startedMs: endedMs - 1_000, endedMs } as SessionRow;
}

test('each minute that is over is one batch, with all that happened in it', async () => {
  const { book, batches, now, pass } = bench();
  await pass(1);
  book.addEvent({ id: 1, timeMs: now.wallMs, type: 'sound', subject: 'mic', detail: '' });
  book.addEvent({ id: 2, timeMs: now.wallMs, type: 'silence', subject: 'mic', detail: '' });
  book.addSessions([session('a', now.wallMs)]);
  assert.is(batches.length, 1);
  await pass(1);
  assert.equal(
    batches.map(({ minutes, events, sessions }) => [minutes.length, events.length, sessions.length]),
    [
      [1, 0, 0],
      [1, 2, 1],
    ],
  );
  assert.equal(batches[0]?.minutes[0]?.spans, [{ name: 'listeners', subject: '', isCounter: false, value: 0, max: 0 }]);
  // None in the millisecond of another.
  assert.equal(
    batches[1]?.events.map(({ timeMs }) => timeMs - 101 * MINUTE_MS),
    [0, 1],
  );
  assert.is(batches[1]?.number, (batches[0]?.number ?? 0) + 1);
});

test('the end writes the minute that is under way', async () => {
  const { book, minutes, pass } = bench();
  await pass(1);
  book.add([{ name: 'listeners', subject: '', value: 1 }]);
  await book.end();
  assert.equal(minutes(), [100, 101]);
});

test('what is not known to be kept is handed over again as it was, the rest after it', async () => {
  const { book, batches, now, pass, minutes, ...disk } = bench();
  disk.break(true);
  await pass(1);
  book.addEvent({ id: 1, timeMs: now.wallMs, type: 'sound', subject: '', detail: '' });
  book.addSessions([session('a', now.wallMs)]);
  await pass(2);
  assert.is((await book.session('a'))?.id, 'a');
  assert.equal(
    (await book.sessionsBefore(1e15, 5)).map(({ id }) => id),
    ['a'],
  );
  assert.is(book.waitingEvents.length, 1);
  disk.break(false);
  await pass(1);
  assert.equal(minutes(), [100, 101, 102, 103]);
  assert.equal(
    batches.map(({ minutes: { length }, events }) => [length, events.length]),
    [
      [1, 0],
      [3, 1],
    ],
  );
  assert.is(disk.lost(), 0);
});

test('an hour waits while nothing can be written, and what is lost is counted', async () => {
  const { pass, minutes, ...disk } = bench();
  disk.break(true);
  await pass(100);
  disk.break(false);
  await pass(1);
  assert.is(minutes().length, 61);
  assert.equal([minutes()[0], minutes()[1], minutes().at(-1)], [100, 141, 200]);
  assert.is(disk.lost(), 40);
});

test('when the clock is set, what waits moves with it, and what is kept is told to', async () => {
  const { book, batches, now, pass, ...disk } = bench(0);
  await pass(2);
  disk.break(true);
  await pass(2);
  book.addEvent({ id: 1, timeMs: now.wallMs, type: 'sound', subject: '', detail: '' });
  book.addSessions([session('a', now.wallMs)]);
  const real = 1_000_000 * MINUTE_MS;
  now.wallMs += real;
  disk.break(false);
  await pass(2);
  const moved = batches.slice(2);
  assert.equal(
    moved.map(({ steps, minutes }) => [steps.length, minutes.map(({ minute }) => minute)]),
    [
      // Handed over before, so it may be in the file: it moves there.
      [0, [2]],
      [1, [1_000_003, 1_000_004]],
      [0, [1_000_005]],
    ],
  );
  assert.equal(moved[1]?.steps, [{ fromMs: 0, toMs: 4 * MINUTE_MS, byMs: real }]);
  assert.is(moved[1]?.events[0]?.timeMs, real + 4 * MINUTE_MS);
  assert.is(moved[1]?.sessions[0]?.endedMs, real + 4 * MINUTE_MS);
});

test('nothing is let go of until the clock has been steady for an hour', async () => {
  const { pass, batches } = bench();
  await pass(62);
  assert.equal([batches[58]?.limits, batches.at(-1)?.limits], [undefined, LIMITS]);
});

test.run();
