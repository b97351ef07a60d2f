import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import type { SessionArchive, SessionRow } from '../core/session.ts';
import type { SessionBook } from '../telemetry/sessions/session-book.ts';
import { knownSessions } from './known-sessions.ts';

const test = suite('known-sessions');

function row(id: string, startedMs: number, place = '/stream'): SessionRow {
  return { id, startedMs, place } as SessionRow;
}

function sessions(recent: readonly SessionRow[], archive?: Partial<SessionArchive>) {
  const book = { recent: () => recent, liveSession: (id: string) => (id === 'here' ? row(id, 9) : undefined) };
  return knownSessions(book as unknown as SessionBook, () => archive as SessionArchive | undefined);
}

const idsOf = (rows: readonly SessionRow[]): string[] => rows.map(({ id }) => id);

test('what the book and the archive know comes together, each once, the newest first', async () => {
  const { past } = sessions([row('c', 30), row('b', 20)], { sessionsBefore: async () => [row('b', 20), row('a', 10)] });
  assert.equal(idsOf(await past(1_000, 10)), ['c', 'b', 'a']);
  assert.equal(idsOf(await past(1_000, 2)), ['c', 'b']);
  assert.equal(idsOf(await past(30, 10)), ['b', 'a']);
});

test('without an archive, and while it cannot be asked, the book must do', async () => {
  const refuse = () => Promise.reject(new DeviceError('history.full', 'The disk is full', { remedy: 'Make room.' }));
  for (const archive of [undefined, { sessionsBefore: refuse, session: refuse }]) {
    const { past, session } = sessions([row('c', 30)], archive);
    assert.equal(idsOf(await past(1_000, 10)), ['c']);
    assert.is((await session('c'))?.id, 'c');
    assert.is(await session('a'), undefined);
  }
});

test('what is a fault is not hidden', async () => {
  const { past } = sessions([], { sessionsBefore: () => Promise.reject(new TypeError('a bug')) });
  const failed = await past(1, 1).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(failed, TypeError);
});

test('one is looked for among those who are here, then those who just left, then those that are kept', async () => {
  const { session } = sessions([row('left', 5)], { session: async (id) => (id === 'kept' ? row(id, 1) : undefined) });
  assert.equal(
    [await session('here'), await session('left'), await session('kept'), await session('none')].map((one) => one?.id),
    ['here', 'left', 'kept', undefined],
  );
});

test.run();
