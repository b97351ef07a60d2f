import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../../core/counters.ts';
import type { SessionArchive, SessionRow } from '../../core/session.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import { SessionBook } from './session-book.ts';
import type { SessionSubject } from './session-subject.ts';

const test = suite('session-book');

const START_MS = Date.UTC(2026, 4, 1, 12);

type Figures = { -readonly [K in keyof SessionSubject]: SessionSubject[K] };

function listener(change: Partial<Figures> = {}): Figures {
  return {
    kind: 'listener',
    place: '/stream',
    address: '192.168.1.77',
    userAgent: 'VLC/3.0.20',
    transport: 'http',
    codec: 'mp3',
    rung: 'mp3@128',
    bytes: 0,
    mediaSeconds: 0,
    adaptations: 0,
    skippedUnits: 0,
    findings: { underruns: 0, stalledSeconds: 0, linkKbps: undefined },
    latencyUs: () => 120_000,
    ...change,
  };
}

function openBook(archive?: SessionArchive, options = { fullAddresses: false }) {
  const clock = new FakeClock();
  const startUs = clock.nowUs();
  const counters = new CounterSet();
  const wallTime = () => new Date(START_MS + (clock.nowUs() - startUs) / 1000);
  const book = new SessionBook(
    {
      clock,
      counters,
      random: () => 0.5,
      wallTime,
      describeAgent: (agent) => agent.split('/')[0] ?? '',
      archive: () => archive,
    },
    () => options,
  );
  return { book, clock, counters };
}

/** Keeps what it is given. */
function keeper() {
  const batches: (readonly SessionRow[])[] = [];
  return { batches, addSessions: (rows: readonly SessionRow[]) => void batches.push(rows), ...ASKED_NOTHING };
}

const ASKED_NOTHING = { sessionsBefore: async () => [], session: async () => undefined };

test('a session is a row when it is over, with what it came to', () => {
  const archive = keeper();
  const { book, clock } = openBook(archive);
  const subject = listener();
  const end = book.begin(subject);
  clock.advance(60_000);
  Object.assign(subject, { bytes: 1_920_000, mediaSeconds: 80, adaptations: 3, skippedUnits: 2, rung: 'mp3@256' });
  subject.findings = { underruns: 1, stalledSeconds: 2.04, linkKbps: 511.6 };
  end('left');
  assert.is(book.liveCount, 0);
  clock.advance(1_000);
  assert.equal(archive.batches, [
    [
      {
        id: 'i0000000-1',
        kind: 'listener',
        place: '/stream',
        startedMs: START_MS,
        endedMs: START_MS + 60_000,
        address: '192.168.1.0',
        agent: 'VLC',
        codec: 'mp3',
        rungLast: 'mp3@256',
        bytes: 1_920_000,
        adaptations: 3,
        underruns: 1,
        stalledSeconds: 2,
        skippedUnits: 2,
        latencyMsMean: 120,
        bitrateKbpsMean: 192,
        linkKbps: 512,
        transport: 'http',
        closeReason: 'left',
      },
    ],
  ]);
  assert.is(clock.pendingTimers, 0, 'nobody is here and nothing waits');
});

test('what was not measured is null', () => {
  const { book, clock } = openBook();
  const end = book.begin(
    listener({ kind: 'viewer', findings: undefined, mediaSeconds: undefined, latencyUs: () => undefined }),
  );
  clock.advance(8_000);
  end('lost');
  const [row] = book.recent();
  assert.equal([row?.underruns, row?.stalledSeconds, row?.linkKbps, row?.latencyMsMean], [null, null, null, null]);
});

test('addresses are kept whole only where that is set', () => {
  const options = { fullAddresses: true };
  const { book } = openBook(undefined, options);
  book.begin(listener())('left');
  options.fullAddresses = false;
  book.begin(listener())('left');
  assert.equal(
    book.recent().map(({ address }) => address),
    ['192.168.1.0', '192.168.1.77'],
  );
});

test('each session is looked at every five seconds, all of them in turns', () => {
  const { book, clock } = openBook();
  let looks = 0;
  for (let i = 0; i < 10; i++) book.begin(listener({ latencyUs: () => ++looks * 0 + 50_000 }));
  clock.advance(5_000);
  assert.is(looks, 10);
  clock.advance(1_000);
  assert.is(looks, 12);
  assert.equal(book.latency.quantilesUs(clock.nowUs(), [0.95]), [50_000]);
});

test('the end counts once', () => {
  const { book, counters } = openBook();
  const end = book.begin(listener());
  end('left');
  end('closed');
  assert.is(book.recent().length, 1);
  assert.is(counters.snapshot()['sessions_ended_total'], 1);
});

test('a thousand who leave at once are handed over in batches, a batch a second', () => {
  const archive = keeper();
  const { book, clock } = openBook(archive);
  const ends = Array.from({ length: 1_200 }, () => book.begin(listener()));
  assert.is(book.liveCount, 1_200);
  for (const end of ends) end('left');
  assert.is(book.recent().length, 200, 'in memory there are not many');
  clock.advance(3_000);
  assert.equal(
    archive.batches.map(({ length }) => length),
    [500, 500, 200],
  );
  assert.is(new Set(archive.batches.flat().map(({ id }) => id)).size, 1_200);
});

test('while nobody keeps them they do not pile up', () => {
  const { book, clock } = openBook();
  for (let i = 0; i < 30; i++) book.begin(listener())('left');
  clock.advance(1_000);
  assert.is(clock.pendingTimers, 0);
});

test('those who are here are told newest first, and one by its id', () => {
  const { book, clock } = openBook();
  book.begin(listener({ place: '/first' }));
  clock.advance(1_000);
  book.begin(listener({ place: '/second' }));
  assert.equal(
    book.live(10).map(({ place }) => place),
    ['/second', '/first'],
  );
  assert.equal(
    book.live(1).map(({ place }) => place),
    ['/second'],
  );
  const [newest] = book.live(1);
  assert.is(book.liveSession(newest?.id ?? '')?.place, '/second');
  assert.is(book.liveSession('nobody'), undefined);
});

test('its revision changes when somebody comes or goes', () => {
  const { book } = openBook();
  const seen = new Set([book.revision]);
  const end = book.begin(listener());
  seen.add(book.revision);
  end('left');
  seen.add(book.revision);
  assert.is(seen.size, 3);
});

test('figures over many are taken evenly out of all', () => {
  const { book } = openBook();
  for (let i = 0; i < 1_000; i++) book.begin(listener({ place: `/${i}` }));
  const places = [...book.subjects(100)].map(({ subject }) => subject.place);
  assert.is(places.length, 100);
  assert.equal(places.slice(0, 3), ['/0', '/10', '/20']);
});

test('at the end of the station all that are here end, and all is handed over', () => {
  const archive = keeper();
  const { book, clock } = openBook(archive);
  for (let i = 0; i < 700; i++) book.begin(listener());
  book[Symbol.dispose]();
  book[Symbol.dispose]();
  const rows = archive.batches.flat();
  assert.is(rows.length, 700);
  assert.ok(rows.every(({ closeReason }) => closeReason === 'closed'));
  assert.is(clock.pendingTimers, 0);
  book.begin(listener())('left');
  assert.is(archive.batches.flat().length, 700);
});

test.run();
