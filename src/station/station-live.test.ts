// deadline: 60 s
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';
import type { StationStatus } from '../web/answers.ts';

const test = suite('station-live');

const CONFIG = `auth {
  password = "correct horse"
}
source "tone" {
  type = "test"
}
mount "/stream" {
  source = "tone"
  fallback = []
}`;
const AUTHORIZATION = `Basic ${Buffer.from(':correct horse').toString('base64')}`;

async function open(program: Program, headers: Record<string, string> = {}) {
  const webSocket = new WebSocket(program.url('/api/live').replace('http', 'ws'), { headers });
  const told = new Map<string, unknown[]>();
  const errors: string[] = [];
  webSocket.on('message', (data) => {
    const { topic, data: content, error } = JSON.parse(String(data));
    if (error !== undefined) errors.push(error);
    else told.set(topic, [...(told.get(topic) ?? []), content]);
  });
  await once(webSocket, 'open');
  return {
    errors,
    last: (topic: string) => told.get(topic)?.at(-1),
    all: (topic: string) => told.get(topic) ?? [],
    watch: (...watch: string[]) => webSocket.send(JSON.stringify({ watch })),
    [Symbol.dispose]: () => webSocket.terminate(),
  };
}

test('a page is told figures, levels, the status and what happens; the log takes the password', async () => {
  await using program = await Program.start(CONFIG);
  using page = await open(program);
  page.watch('figures', 'levels', 'status', 'events', 'log');
  await until(
    'the source is live',
    () => (page.last('status') as StationStatus | undefined)?.source_connected === true,
  );
  await until('levels come', () => ((page.last('levels') as Levels | undefined)?.['tone']?.rms[0] ?? -120) > -30);
  const figure = (name: string) =>
    (page.last('figures') as Record<string, Record<string, number>> | undefined)?.[name]?.[''];
  // The machine is looked at once the station has started, and a busy one takes its time.
  await until('memory is told', () => (figure('resident_bytes') ?? 0) > 1e6);
  assert.is(figure('listeners'), 0);
  const [events] = page.all('events') as { type: string }[][];
  assert.ok(events?.some(({ type }) => type === 'started'));
  assert.equal(page.errors, ['"log" takes a password.']);

  using owner = await open(program, { authorization: AUTHORIZATION });
  owner.watch('log', 'events');
  await until('the past is told', () => owner.all('events').length > 0);
  const muted = await fetch(program.url('/api/privacy'), {
    method: 'PUT',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    body: '{"microphone":true}',
  });
  assert.is(muted.status, 200);
  await until('the log tells of it', () => /microphone/.test(JSON.stringify(owner.all('log'))));
  await until('the status tells of it', () => (page.last('status') as StationStatus).privacy.microphone);
  const statuses = page.all('status').length;
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assert.ok(page.all('status').length - statuses <= 1, 'time that passes is no change');
});

test('a page sees who listens come and go', async () => {
  await using program = await Program.start(CONFIG);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  using page = await open(program);
  page.watch('sessions');
  const count = () => (page.last('sessions') as { live_count: number } | undefined)?.live_count;
  await until('nobody is there', () => count() === 0);
  const leave = new AbortController();
  const listening = fetch(program.url('/stream'), { signal: leave.signal });
  await until('somebody is there', () => count() === 1);
  assert.match(JSON.stringify(page.last('sessions')), /"kind":"listener".*"mount":"\/stream"/);
  leave.abort();
  await listening.catch(() => {});
  await until('nobody is there any more', () => count() === 0);
});

test('the last lines of the log are for who knows the password', async () => {
  await using program = await Program.start(CONFIG);
  const ask = async (query: string, authorization?: string) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const response = await fetch(program.url(`/api/log${query}`), headers === undefined ? {} : { headers });
    return { status: response.status, body: (await response.json()) as { last_id: number; lines: Line[] } };
  };
  assert.is((await ask('')).status, 401);
  const { status, body } = await ask('', AUTHORIZATION);
  assert.is(status, 200);
  assert.match(body.lines.map(({ text }) => text).join('\n'), /^open http:\/\/127/m);
  assert.is(body.last_id, body.lines.at(-1)?.id);
  const later = await ask(`?after=${body.lines[0]?.id}&level=notice`, AUTHORIZATION);
  assert.ok(later.body.lines.every(({ id, level }) => id > (body.lines[0]?.id ?? 0) && level !== 'info'));
  for (const query of ['?after=-1', '?level=loud', '?more=1']) {
    assert.is((await ask(query, AUTHORIZATION)).status, 422, query);
  }
});

type Levels = Record<string, { rms: number[]; peak: number[] }>;

interface Line {
  readonly id: number;
  readonly level: string;
  readonly text: string;
}

test.run();
