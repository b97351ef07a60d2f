// deadline: 60 s
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import type { SessionAnswer, SessionReportAnswer, SessionsAnswer } from '../web/session-schemas.ts';

const test = suite('station-sessions');

const CONFIG = `
  source "tone" { type = "test" }
  camera "card" { type = "test" }
  mount "/stream" { source = "tone" }`;

let program: Program;
const sockets: Socket[] = [];

test.before(async () => {
  program = await Program.start(CONFIG);
});

test.after(async () => {
  for (const socket of sockets) socket.destroy();
  await program?.[Symbol.asyncDispose]();
});

/** Asks for a path on a bare connection and reads on. */
async function open(path: string, ...headers: string[]): Promise<Socket> {
  const socket = connect(program.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  const head = [`GET ${path} HTTP/1.1`, 'Host: pipit', 'User-Agent: VLC/3.0.20 LibVLC/3.0.20', ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket.resume();
}

async function answer<T>(path: string): Promise<T> {
  return (await (await fetch(program.url(path))).json()) as T;
}

/** The sessions, once they are as wanted. */
async function sessionsWhere(what: string, isIt: (sessions: SessionsAnswer) => boolean): Promise<SessionsAnswer> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const sessions = await answer<SessionsAnswer>('/api/sessions');
    if (isIt(sessions)) return sessions;
    if (performance.now() > endMs) throw new Error(`${what}: ${JSON.stringify(sessions)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('who listens is a session from the first byte to the last', async () => {
  const socket = await open('/stream?quality=low', 'Icy-MetaData: 1');
  const { live } = await sessionsWhere('one is here', ({ live_count }) => live_count === 1);
  const [session] = live;
  assert.equal(
    [session?.kind, session?.mount, session?.camera, session?.state, session?.transport, session?.rung],
    ['listener', '/stream', null, 'live', 'icy', 'mp3@64'],
  );
  assert.equal([session?.agent, session?.address, session?.close_reason], ['VLC', '127.0.0.0', null]);
  await sessionsWhere('a second was sent', ({ live: [one] }) => (one?.bytes_sent ?? 0) > 8_000);
  socket.end();
  const { past } = await sessionsWhere(
    'it is over',
    ({ live_count, past: over }) => live_count === 0 && over.length === 1,
  );
  const [over] = past;
  assert.equal([over?.id, over?.state, over?.close_reason], [session?.id, 'ended', 'left']);
  assert.ok((over?.duration_seconds ?? 0) > 0 && over?.ended_at !== null);
  assert.ok((over?.bytes_sent ?? 0) > 8_000);
  assert.ok(Math.abs((over?.average_bitrate_kbps ?? 0) - 64) < 3, `${over?.average_bitrate_kbps} kbit/s`);
  assert.equal(await answer<SessionAnswer>(`/api/sessions/${over?.id}`), over);

  const report = await answer<SessionReportAnswer>(`/api/sessions/${over?.id}/report`);
  assert.equal([report.quality_adaptations, report.skipped_units], [0, 0]);
  assert.is(report.bytes_sent, over?.bytes_sent);
});

test('what is found out about a listener is in its session', async () => {
  const socket = await open('/stream');
  const { live } = await sessionsWhere('it was looked at', (sessions) => sessions.live[0]?.underruns === 0);
  const report = await answer<SessionReportAnswer>(`/api/sessions/${live[0]?.id}/report`);
  assert.equal([report.buffer_underruns, report.stalled_seconds], [0, 0]);
  assert.ok(report.quality_score !== null && report.quality_score >= 0.2 && report.quality_score <= 1);
  socket.destroy();
  await sessionsWhere('it is over', ({ live_count }) => live_count === 0);
});

test('who watches is one, too', async () => {
  const socket = await open('/camera.mjpg?level=50');
  const { live } = await sessionsWhere('one watches', ({ live_count }) => live_count === 1);
  assert.equal(
    [live[0]?.kind, live[0]?.camera, live[0]?.mount, live[0]?.transport, live[0]?.codec, live[0]?.underruns],
    ['viewer', 'card', null, 'mjpeg', 'jpeg', null],
  );
  const report = await answer<SessionReportAnswer>(`/api/sessions/${live[0]?.id}/report`);
  assert.equal([report.quality_score, report.buffer_underruns], [null, null], 'of pictures nobody knows');
  socket.destroy();
  const { past } = await sessionsWhere('it is over', ({ live_count }) => live_count === 0);
  assert.equal([past[0]?.kind, past[0]?.close_reason], ['viewer', 'left']);
});

test('a crowd that leaves at once is all remembered in what has ended', async () => {
  const before = await endedCount();
  const crowd = await Promise.all(Array.from({ length: 100 }, () => open('/stream?quality=low')));
  await sessionsWhere('a hundred are here', ({ live_count }) => live_count === 100);
  for (const socket of crowd) socket.destroy();
  await sessionsWhere('all are gone', ({ live_count }) => live_count === 0);
  assert.is((await endedCount()) - before, 100);
});

test('those of the past come in pages', async () => {
  const first = await answer<SessionsAnswer>('/api/sessions?state=past&limit=1');
  assert.equal([first.live.length, first.past.length], [0, 1]);
  const second = await answer<SessionsAnswer>(`/api/sessions?state=past&limit=200&before=${first.next_before}`);
  assert.ok(second.past.every(({ started_at }) => started_at < (first.past[0]?.started_at ?? '')));
  assert.ok(second.past.some(({ kind }) => kind === 'viewer'));
});

test('what is asked for wrongly is refused with what may be asked', async () => {
  for (const query of ['limit=0', 'limit=9999', 'state=dead', 'before=yesterday', 'limit=-1', 'what=ever']) {
    const response = await fetch(program.url(`/api/sessions?${query}`));
    assert.is(response.status, 422, query);
    assert.match(((await response.json()) as { error: string }).error, new RegExp(`^${query.split('=')[0]}: `));
  }
  for (const path of ['/api/sessions/nobody', '/api/sessions/nobody/report', '/api/sessions/..%2fx']) {
    assert.is((await fetch(program.url(path))).status, 404, path);
  }
});

async function endedCount(): Promise<number> {
  return (await program.stats()).counters['sessions_ended_total'] ?? 0;
}

test.run();
