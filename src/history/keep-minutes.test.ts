// deadline: 120 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import type { SessionRow } from '../core/session.ts';
import { DatabaseBench, jobDepsOf } from './database.testing.ts';
import { readEvents } from './event-rows.ts';
import { type Batch, keepMinutes } from './keep-minutes.ts';
import type { FigureSpan } from './minute-figures.ts';
import { readFigures } from './read-figures.ts';
import { readSummary } from './read-summary.ts';
import { SCHEMA } from './schema.ts';
import { readSession, readSessions } from './session-rows.ts';

const test = suite('keep minutes');

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A whole hour in 2026. */
const HOUR = Math.floor(Date.UTC(2026, 2, 1, 12) / HOUR_MS);
const MINUTE = HOUR * 60;
const LIMITS = { minuteDays: 7, hourDays: 400, sessionDays: 90, eventDays: 90 };

async function open(bench: DatabaseBench, maxBytes = 64 << 20) {
  return jobDepsOf(await bench.open({ schema: SCHEMA, maxBytes }), maxBytes);
}

let number = 1;

function batch(minute: number, spans: readonly FigureSpan[], rest: Partial<Batch> = {}): Batch {
  const minutes = [{ minute, spans }];
  return { number: number++, steps: [], minutes, events: [], sessions: [], limits: undefined, ...rest };
}

function gauge(name: string, value: number, max = value, subject = ''): FigureSpan {
  return { name, subject, isCounter: false, value, max };
}

function counter(name: string, value: number): FigureSpan {
  return { name, subject: '', isCounter: true, value, max: value };
}

function session(id: string, endedMs: number): SessionRow {
  return {
    id,
    kind: 'listener',
    place: '/stream',
    startedMs: endedMs - 1_000,
    endedMs,
    address: '192.168.1.0',
    agent: 'VLC',
    codec: 'mp3',
    rungLast: 'mp3@128',
    bytes: 16_000,
    adaptations: 0,
    underruns: null,
    stalledSeconds: 0.25,
    skippedUnits: 0,
    latencyMsMean: 812.5,
    bitrateKbpsMean: 127.9,
    linkKbps: null,
    transport: 'http',
    closeReason: 'left',
  };
}

const ALL = { fromMs: 0, toMs: 1e14, step: 'minute' } as const;

test('minutes come back as they were, by name and subject, with nothing where nothing was', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  keepMinutes(deps, batch(MINUTE, [gauge('listeners', 2.5, 4), gauge('level_rms_dbfs', -20, -10, 'mic')]));
  keepMinutes(deps, batch(MINUTE + 2, [gauge('listeners', 0), counter('sent_bytes_total', 1_000)]));
  const found = readFigures(deps, {
    names: ['listeners', 'level_rms_dbfs', 'sent_bytes_total', 'unheard_of'],
    fromMs: 0,
    toMs: (MINUTE + 3) * MINUTE_MS,
    step: 'minute',
  });
  assert.equal(found, {
    times: [MINUTE, MINUTE + 1, MINUTE + 2].map((minute) => minute * MINUTE_MS),
    pointMs: MINUTE_MS,
    series: [
      { name: 'listeners', subject: '', isCounter: false, values: [2.5, null, 0], max: [4, null, 0] },
      { name: 'level_rms_dbfs', subject: 'mic', isCounter: false, values: [-20, null, null], max: [-10, null, null] },
      { name: 'sent_bytes_total', subject: '', isCounter: true, values: [null, null, 1000], max: [null, null, 1000] },
    ],
  });
  assert.equal(readFigures(deps, { ...ALL, names: [] }).series, []);
});

test('a long stretch has few points: means are averaged, counters added, the highest is the highest', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  for (let n = 0; n < 3_000; n++) {
    keepMinutes(deps, batch(MINUTE + n, [gauge('listeners', n % 2, n), counter('sent_bytes_total', 1)]));
  }
  const toMs = (MINUTE + 3_000) * MINUTE_MS;
  const { times, pointMs, series } = readFigures(deps, {
    names: ['listeners', 'sent_bytes_total'],
    fromMs: 0,
    toMs,
    step: 'minute',
  });
  assert.equal([times.length, pointMs], [1_500, 2 * MINUTE_MS]);
  assert.equal([series[0]?.values[7], series[0]?.max[7], series[1]?.values[7]], [0.5, 15, 2]);
  const hours = readFigures(deps, { names: ['sent_bytes_total'], fromMs: 0, toMs, step: 'hour' });
  assert.equal(hours.series[0]?.values.slice(0, 3), [60, 60, 60]);
});

test('a batch that comes again is not kept twice; another one for the same minute is joined to it', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  const first = batch(MINUTE, [counter('sent_bytes_total', 100), gauge('listeners', 2, 3)], {
    events: [{ timeMs: MINUTE * MINUTE_MS, type: 'sound', subject: 'mic', detail: '' }],
  });
  keepMinutes(deps, first);
  keepMinutes(deps, first);
  keepMinutes(deps, batch(MINUTE, [counter('sent_bytes_total', 7), gauge('listeners', 4, 9), gauge('viewers', 1)]));
  const { series } = readFigures(deps, {
    ...ALL,
    names: ['sent_bytes_total', 'listeners', 'viewers'],
    toMs: (MINUTE + 1) * MINUTE_MS,
  });
  assert.equal(
    series.map(({ values, max }) => [values[0], max[0]]),
    [
      [107, 107],
      [3, 9],
      [1, 1],
    ],
  );
  assert.is(readEvents(deps, { beforeMs: 1e14, limit: 10, types: [] }).length, 1);
});

test('a batch is kept whole or not at all', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench, 80_000);
  keepMinutes(deps, batch(MINUTE, [gauge('listeners', 1)]));
  const huge = batch(MINUTE + 1, [gauge('viewers', 1)], {
    events: [{ timeMs: MINUTE * MINUTE_MS, type: 'sound', subject: 'x'.repeat(200_000), detail: '' }],
  });
  assert.throws(
    () => keepMinutes(deps, huge),
    (error: unknown) => error instanceof DeviceError,
  );
  bench.clock.advance(60_000);
  assert.equal(readFigures(deps, { ...ALL, names: ['viewers'] }).series, []);
  keepMinutes(deps, { ...huge, events: [] });
  assert.is(readFigures(deps, { ...ALL, names: ['viewers'], toMs: (MINUTE + 2) * MINUTE_MS }).series[0]?.values[1], 1);
});

test('events and sessions come back, the last first, from any moment on', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  const timeMs = MINUTE * MINUTE_MS;
  const events = (['sound', 'sound', 'silence', 'door_opened'] as const).map((type) => ({
    timeMs,
    type,
    subject: 'mic',
    detail: '',
  }));
  keepMinutes(
    deps,
    batch(MINUTE, [gauge('listeners', 1)], { events, sessions: [session('a', timeMs), session('b', timeMs + 5)] }),
  );
  const all = readEvents(deps, { beforeMs: 1e14, limit: 10, types: [] });
  assert.equal(
    all.map((event) => [event.timeMs - timeMs, event.type]),
    [
      [3, 'door_opened'],
      [2, 'silence'],
      [1, 'sound'],
      [0, 'sound'],
    ],
  );
  assert.is(readEvents(deps, { beforeMs: timeMs + 2, limit: 1, types: [] })[0]?.timeMs, timeMs + 1);
  assert.is(readEvents(deps, { beforeMs: 1e14, limit: 10, types: ['sound', 'motion'] }).length, 2);
  assert.equal(readSessions(deps, { beforeMs: 1e14, limit: 10 }), [session('b', timeMs + 5), session('a', timeMs)]);
  assert.equal(readSessions(deps, { beforeMs: timeMs - 995, limit: 10 }), [session('a', timeMs)]);
  assert.equal(readSession(deps, 'b'), session('b', timeMs + 5));
  assert.is(readSession(deps, 'c'), undefined);
});

test('an hour that is over is summed up once, also one that a run before has begun', async () => {
  using bench = new DatabaseBench();
  const first = await open(bench);
  keepMinutes(first, batch(MINUTE + 10, [counter('sent_bytes_total', 10), gauge('listeners', 1, 5)]));
  keepMinutes(first, batch(MINUTE + 11, [counter('sent_bytes_total', 5), gauge('listeners', 3, 4)]));
  first.database.close();
  const deps = await open(bench);
  const hours = () =>
    readFigures(deps, { ...ALL, names: ['sent_bytes_total', 'listeners'], step: 'hour', toMs: (HOUR + 3) * HOUR_MS });
  keepMinutes(deps, batch(MINUTE + 12, [gauge('listeners', 5, 5)]));
  assert.equal(hours().series, []);
  keepMinutes(deps, batch(MINUTE + 60, [gauge('listeners', 0)]));
  keepMinutes(deps, batch(MINUTE + 61, [gauge('listeners', 0)]));
  assert.equal(
    hours().series.map(({ name, values, max }) => [name, values[0], max[0]]),
    [
      ['sent_bytes_total', 15, 15],
      ['listeners', 3, 5],
    ],
  );
  assert.is(hours().series[0]?.values[1], null);
});

test('what is too old goes, but not while the time may be wrong', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  const timeMs = MINUTE * MINUTE_MS;
  keepMinutes(
    deps,
    batch(MINUTE, [gauge('listeners', 1)], {
      events: [{ timeMs, type: 'sound', subject: '', detail: '' }],
      sessions: [session('a', timeMs)],
    }),
  );
  const later = (days: number, limits: Batch['limits']) =>
    keepMinutes(deps, batch(MINUTE + days * 1_440, [gauge('listeners', 1)], { limits }));
  const counts = () => {
    const { minutes, hours, events, sessions } = readSummary(deps, { names: [], dayFromMs: 0, nowMs: timeMs });
    return [minutes, hours, events, sessions].map(({ rows }) => rows);
  };
  later(3_000, undefined);
  assert.equal(counts(), [2, 1, 1, 1]);
  later(8, LIMITS);
  assert.equal(counts(), [2, 1, 1, 1], 'the first minute has gone, its hour stays');
  later(91, LIMITS);
  assert.equal(counts(), [2, 2, 0, 0]);
  later(401, LIMITS);
  assert.equal(counts()[1], 2);
});

test('much that is too old goes bit by bit, and its pages go back to the disk', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  const spans = Array.from({ length: 300 }, (_, n) => gauge('listeners_on_rung', n / 3, n, `${n}`));
  for (let n = 0; n < 1_600; n++) keepMinutes(deps, batch(MINUTE + n, spans));
  const kept = () => readSummary(deps, { names: [], dayFromMs: 0, nowMs: 0 });
  const before = kept();
  let rounds = 0;
  const endMs = MINUTE + 9 * 1_440;
  for (; kept().minutes.rows > 20 + rounds; rounds++)
    keepMinutes(deps, batch(endMs + rounds, spans, { limits: LIMITS }));
  assert.ok(rounds > 2 && rounds < 6, `${rounds}`);
  for (let n = 0; n < 60; n++) {
    deps.tidying.isMore = true;
    keepMinutes(deps, batch(endMs + rounds + n, spans, { limits: LIMITS }));
  }
  const pages = deps.database.read(
    (tables) => tables.all<{ page_count: number }>('PRAGMA page_count')[0]?.page_count ?? 0,
  );
  assert.ok(pages * 4096 < before.usedBytes / 2, `${pages} pages, ${before.usedBytes} bytes before`);
});

test('the file stays below its bound: the oldest goes first', async () => {
  using bench = new DatabaseBench();
  const maxBytes = 500_000;
  const deps = await open(bench, maxBytes);
  const spans = Array.from({ length: 100 }, (_, n) => gauge('listeners_on_rung', n / 3, n, `${n}`));
  for (let n = 0; n < 2_000; n++) keepMinutes(deps, batch(MINUTE + n, spans));
  const { usedBytes, minutes } = readSummary(deps, { names: [], dayFromMs: 0, nowMs: 0 });
  assert.ok(usedBytes < maxBytes && usedBytes > maxBytes / 2, `${usedBytes}`);
  assert.ok(minutes.rows > 100 && (minutes.oldestMs ?? 0) > MINUTE * MINUTE_MS);
  const { series } = readFigures(deps, {
    names: ['listeners_on_rung'],
    fromMs: (MINUTE + 1_999) * MINUTE_MS,
    toMs: (MINUTE + 2_000) * MINUTE_MS,
    step: 'minute',
  });
  assert.is(series.length, 100);
});

test('what was filed in 1970 moves to where it belongs, and nothing is lost or doubled', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  for (let n = 0; n < 130; n++) {
    const timeMs = n * MINUTE_MS;
    keepMinutes(
      deps,
      batch(n, [counter('sent_bytes_total', 1)], {
        events: n === 20 ? [{ timeMs, type: 'sound', subject: '', detail: '' }] : [],
        sessions: n === 30 ? [session('a', timeMs)] : [],
      }),
    );
  }
  const byMs = MINUTE * MINUTE_MS + 17_000;
  const step = { fromMs: 5_000, toMs: 130 * MINUTE_MS, byMs };
  keepMinutes(deps, batch(MINUTE + 130, [counter('sent_bytes_total', 1)], { steps: [step] }));
  const toMs = (MINUTE + 300) * MINUTE_MS;
  const { times, series } = readFigures(deps, { ...ALL, names: ['sent_bytes_total'], toMs });
  assert.is(times[0], MINUTE * MINUTE_MS);
  assert.is(sum(series[0]?.values), 131);
  assert.is(readEvents(deps, { beforeMs: 1e14, limit: 5, types: [] })[0]?.timeMs, 20 * MINUTE_MS + byMs);
  assert.is(readSession(deps, 'a')?.endedMs, 30 * MINUTE_MS + byMs);
  const hours = readFigures(deps, { ...ALL, names: ['sent_bytes_total'], step: 'hour', toMs });
  assert.equal([hours.times[0], hours.series[0]?.values.slice(0, 2)], [HOUR * HOUR_MS, [60, 60]]);
});

test('a clock that is set back joins what is filed twice under one time', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  for (let n = 0; n < 10; n++) keepMinutes(deps, batch(MINUTE + n, [counter('sent_bytes_total', 1)]));
  // Another run, whose clock was five minutes ahead.
  for (let n = 12; n < 20; n++) keepMinutes(deps, batch(MINUTE + n, [counter('sent_bytes_total', 1)]));
  const step = { fromMs: (MINUTE + 12) * MINUTE_MS, toMs: (MINUTE + 20) * MINUTE_MS, byMs: -5 * MINUTE_MS };
  keepMinutes(deps, batch(MINUTE + 15, [counter('sent_bytes_total', 1)], { steps: [step] }));
  const { series } = readFigures(deps, { ...ALL, names: ['sent_bytes_total'], toMs: (MINUTE + 20) * MINUTE_MS });
  assert.equal(series[0]?.values.slice(0, 16), [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1]);
});

test('what is written is told: today, and in a day by the hours that are known', async () => {
  using bench = new DatabaseBench();
  const deps = await open(bench);
  const name = 'history_written_bytes_total';
  for (let n = 0; n < 121; n++) keepMinutes(deps, batch(MINUTE + n, [counter(name, 10)]));
  const nowMs = (MINUTE + 121) * MINUTE_MS;
  const { written, fileBytes } = readSummary(deps, { names: [name, 'other'], dayFromMs: nowMs - HOUR_MS, nowMs });
  assert.equal(written, [{ name, today: 600, perDay: 14_400 }]);
  assert.ok(fileBytes > 10_000);
});

function sum(values: readonly (number | null)[] | undefined): number {
  return (values ?? []).reduce<number>((total, value) => total + (value ?? 0), 0);
}

test.run();
