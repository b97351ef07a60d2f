// deadline: 180 s
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';

const test = suite('station history');

const CONFIG = 'source "tone" {\n  type = "test"\n}\nmount "/stream" {\n  source = "tone"\n}\n';

interface Kept {
  readonly trouble: string | null;
  readonly minutes: { readonly rows: number };
  readonly events: { readonly rows: number };
  readonly sessions: { readonly rows: number };
}

async function ask<T>(program: Program, path: string): Promise<T> {
  return (await (await fetch(program.url(path))).json()) as T;
}

function started(program: Program): Promise<{ events: { type: string }[] }> {
  return ask(program, '/api/history/events?type=started');
}

test('what was under way is kept when the program stops, and is there when it starts again', async () => {
  const data = mkdtempSync(join(tmpdir(), 'pipit-station-history-'));
  const start = () => Program.start(`data_dir = "${data}"\n${CONFIG}`);
  const first = await start();
  const gone = new AbortController();
  const answer = await fetch(first.url('/stream'), { signal: gone.signal });
  await answer.body?.getReader().read();
  // Not written yet, and told all the same.
  assert.is((await started(first)).events.length, 1);
  assert.is((await ask<Kept>(first, '/api/history')).trouble, null);
  gone.abort();
  await first[Symbol.asyncDispose]();

  const second = await start();
  const kept = await ask<Kept>(second, '/api/history');
  assert.is(kept.minutes.rows, 1);
  assert.ok(kept.events.rows >= 1);
  assert.is(kept.sessions.rows, 1);
  const { series } = await ask<{ series: Record<string, Record<string, number[]>> }>(
    second,
    '/api/history/figures?names=uptime_seconds,source_connected',
  );
  assert.ok((series['uptime_seconds']?.['']?.[0] ?? -1) >= 0);
  assert.ok((series['source_connected']?.['tone']?.[0] ?? -1) >= 0);
  assert.is((await started(second)).events.length, 2);
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');
  await second[Symbol.asyncDispose]();

  await using third = await start();
  assert.is((await ask<Kept>(third, '/api/history')).minutes.rows, 1, 'what was committed outlives a kill');
  assert.is((await started(third)).events.length, 2);
  await third[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

test('switched off it keeps nothing, and stations that have it off play', async () => {
  const data = mkdtempSync(join(tmpdir(), 'pipit-station-history-'));
  const start = () => Program.start(`data_dir = "${data}"\nhistory {\n  enabled = false\n}\n${CONFIG}`);
  await (await start())[Symbol.asyncDispose]();
  await using program = await start();
  const kept = await ask<Kept & { enabled: boolean }>(program, '/api/history');
  assert.equal([kept.enabled, kept.minutes.rows, kept.events.rows], [false, 0, 0]);
  await program[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

test.run();
