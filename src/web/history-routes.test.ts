import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { DeviceError } from '../core/errors.ts';
import { DatabaseBench, deskOf } from '../history/database.testing.ts';
import { SCHEMA } from '../history/schema.ts';
import { type HistoryDeps, historyRoutes } from './history-routes.ts';
import { EventsAnswer, FiguresAnswer, HistoryAnswer } from './history-schemas.ts';

const test = suite('history routes');

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE = NOW / 60_000;

/** The routes on a real port, with a real database. */
async function serve(bench: DatabaseBench, changed: Partial<HistoryDeps> = {}) {
  const desk = deskOf(await bench.open({ schema: SCHEMA }));
  const scopes: string[] = [];
  const deps: HistoryDeps = {
    gate: {
      refuse(_, scope) {
        scopes.push(scope);
        return undefined;
      },
    } as HistoryDeps['gate'],
    pause: async () => {},
    wallTime: () => new Date(NOW),
    isEnabled: () => true,
    problem: () => undefined,
    maxBytes: () => 1 << 27,
    figures: (query) => desk.ask('readFigures', query),
    events: (query) => desk.ask('readEvents', query),
    summary: () =>
      desk.ask('readSummary', { names: ['history_written_bytes_total'], dayFromMs: NOW - 3_600_000, nowMs: NOW }),
    ...changed,
  };
  const app = new Hono();
  app.route('/api/history', historyRoutes(deps) as unknown as Hono);
  const server = createServer(getRequestListener(app.fetch));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    desk,
    scopes,
    async ask(path: string): Promise<{ status: number; body: unknown }> {
      const answer = await fetch(`http://127.0.0.1:${port}/api/history${path}`);
      return { status: answer.status, body: await answer.json() };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function fill(desk: ReturnType<typeof deskOf>): Promise<void> {
  for (let n = 1; n <= 90; n++) {
    await desk.ask('keepMinutes', {
      number: n,
      steps: [],
      minutes: [
        {
          minute: MINUTE - n,
          spans: [
            { name: 'level_rms_dbfs', subject: 'mic', isCounter: false, value: -n / 3, max: -1 },
            { name: 'history_written_bytes_total', subject: '', isCounter: true, value: 1_000, max: 1_000 },
          ],
        },
      ],
      events: [{ timeMs: NOW - n * 60_000, type: n % 2 === 0 ? 'sound' : 'silence', subject: 'mic', detail: '' }],
      sessions: [],
      limits: undefined,
    });
  }
}

test('figures come as a chart takes them: the last hour, or what was asked for', async () => {
  using bench = new DatabaseBench();
  await using web = await serve(bench);
  await fill(web.desk);
  const { body } = await web.ask('/figures?names=level_rms_dbfs,history_written_bytes_total');
  const answer = v.parse(FiguresAnswer, body);
  assert.equal([answer.step, answer.point_seconds, answer.times.length], ['minute', 60, 60]);
  assert.is(answer.times.at(-1), NOW - 60_000);
  assert.is(answer.series['level_rms_dbfs']?.['mic']?.at(-1), -0.333333);
  assert.is(answer.series['history_written_bytes_total']?.['']?.at(-1), 1_000);
  const more = v.parse(
    FiguresAnswer,
    (await web.ask(`/figures?names=level_rms_dbfs&of=max&from=${new Date(NOW - 90 * 60_000).toISOString()}&to=${NOW}`))
      .body,
  );
  assert.is(more.times.length, 90);
  assert.is(more.series['level_rms_dbfs']?.['mic']?.[0], -1);
  assert.equal([...new Set(web.scopes)], ['read']);
});

test('events come a page at a time, the last first, and of some types only', async () => {
  using bench = new DatabaseBench();
  await using web = await serve(bench);
  await fill(web.desk);
  const seen: number[] = [];
  for (let path = '/events?limit=40'; path !== ''; ) {
    const page = v.parse(EventsAnswer, (await web.ask(path)).body);
    seen.push(...page.events.map(({ time_ms }) => time_ms));
    path = page.next_before === null ? '' : `/events?limit=40&before=${page.next_before}`;
  }
  assert.equal(
    seen,
    Array.from({ length: 90 }, (_, n) => NOW - (n + 1) * 60_000),
  );
  const some = v.parse(EventsAnswer, (await web.ask('/events?type=sound,motion&limit=500')).body);
  assert.is(some.events.length, 45);
});

test('what is kept is told, and what it costs', async () => {
  using bench = new DatabaseBench();
  await using web = await serve(bench);
  await fill(web.desk);
  const answer = v.parse(HistoryAnswer, (await web.ask('')).body);
  assert.equal([answer.enabled, answer.trouble, answer.minutes.rows, answer.events.rows], [true, null, 90, 90]);
  assert.is(answer.minutes.oldest, new Date(NOW - 90 * 60_000).toISOString());
  assert.is(answer.written_bytes.history?.today, 60_000);
  assert.is(answer.written_bytes.pipit, null);
  assert.ok(answer.file_bytes > 10_000 && answer.used_bytes > 10_000);
});

test('what is asked for wrongly is refused by its name', async () => {
  using bench = new DatabaseBench();
  await using web = await serve(bench);
  const long = Array.from({ length: 21 }, (_, n) => `a${n}`).join(',');
  for (const [path, field] of [
    ['/figures?names=', 'names'],
    ['/figures?names=a;b', 'names'],
    [`/figures?names=${long}`, 'names'],
    ['/figures?step=second', 'step'],
    ['/figures?from=yesterday', 'from'],
    ['/figures?to=-1', 'to'],
    ['/figures?of=min', 'of'],
    ['/figures?colour=red', 'colour'],
    ['/events?limit=0', 'limit'],
    ['/events?limit=501', 'limit'],
    ['/events?type=party', 'type'],
    ['/events?before=x', 'before'],
  ] as const) {
    const { status, body } = await web.ask(path);
    assert.is(status, 422, path);
    assert.match((body as { error: string }).error, new RegExp(`^${field}: `), path);
  }
});

test('a disk that does not work is an answer that says so', async () => {
  using bench = new DatabaseBench();
  const fail = async (): Promise<never> => {
    throw new DeviceError('history.not-kept', 'nothing can be kept', { remedy: 'Make room.' });
  };
  await using web = await serve(bench, { figures: fail, events: fail, summary: fail });
  for (const path of ['/figures', '/events']) {
    assert.equal(await web.ask(path), { status: 503, body: { error: 'nothing can be kept. Make room.' } }, path);
  }
  const { status, body } = await web.ask('');
  assert.is(status, 200);
  assert.is(v.parse(HistoryAnswer, body).trouble, 'nothing can be kept. Make room.');
});

test.run();
