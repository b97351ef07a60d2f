import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BroadcasterOptions } from '../broadcast/broadcaster.ts';
import type { Sink } from '../broadcast/sink.ts';
import { CounterSet } from '../core/counters.ts';
import { nearestRung, type Rung } from '../core/rung.ts';
import type { SourceStatus } from '../core/source-status.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { Feed, type FeedEvents, type FeedWorker } from './feed.ts';
import { Mount } from './mount.ts';

const test = suite('mount');
const mp3 = nearestRung('mp3', 128);
const low = nearestRung('mp3', 64);
const UNIT_MS = 20;

const BROADCASTER: BroadcasterOptions = {
  chunkBytes: 500,
  maxChunkDelayMs: 100,
  lingerMs: 5_000,
  sleepHighMs: 1,
  sleepMediumMs: 1,
  sleepLowMs: 1,
  maxLagMs: 10_000,
  resumeSeconds: 1,
  stallTimeoutMs: 30_000,
};

type State = SourceStatus['state'];

function statusOf(state: State): SourceStatus {
  return { state, detail: '', error: undefined, sinceUs: 0, restarts: 0 };
}

/** A source that does what a test says; its units hold its own letter. */
class FakeSource implements FeedWorker {
  status = statusOf('stopped');
  wanted: readonly Rung[] = [];
  readonly #events: FeedEvents;
  readonly #letter: string;
  readonly #startsAs: State;

  constructor(events: FeedEvents, letter: string, startsAs: State) {
    this.#events = events;
    this.#letter = letter;
    this.#startsAs = startsAs;
  }

  start(): void {
    if (this.status.state === 'stopped') this.become(this.#startsAs);
  }

  async stop(): Promise<void> {
    this.become('stopped');
  }

  want(rungs: readonly Rung[]): void {
    this.wanted = rungs;
  }

  setEffort(): void {}

  become(state: State): void {
    this.status = statusOf(state);
    this.#events.onStatus();
  }

  send(ptsUs: number): void {
    if (this.status.state !== 'live') return;
    for (const rung of this.wanted) {
      this.#events.onUnit({
        rung,
        ptsUs,
        durationUs: UNIT_MS * 1000,
        sync: true,
        data: Buffer.alloc(50, this.#letter),
      });
    }
  }
}

class Collector implements Sink {
  onDrain = (): void => {};
  onClose = (): void => {};
  text = '';
  write(bytes: Uint8Array): boolean {
    this.text += Buffer.from(bytes).toString();
    return true;
  }
  close(): void {}
}

/** A mount with a chain of sources named by their letters; `primary` is its own, `startsAs` how each comes up. */
function mountWith(primary: number, ...startsAs: readonly State[]) {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const sources: FakeSource[] = [];
  const feeds = startsAs.map((state, i) => {
    const letter = String.fromCharCode(97 + i);
    return new Feed(letter, (events) => {
      const source = new FakeSource(events, letter, state);
      sources.push(source);
      return source;
    });
  });
  const mount = new Mount(
    { clock, log, counters: new CounterSet(), random: () => 0.5 },
    { path: '/stream', sizeBytes: 1024 * 1024, defaultRung: mp3, defaultRungShare: 0.6, broadcaster: BROADCASTER },
    feeds,
    feeds[primary],
  );
  mount.start();
  const collector = new Collector();
  mount.broadcaster.join({
    info: { id: 1, address: '', userAgent: '', quality: 'auto' },
    sink: collector,
    rung: mp3,
    burstSeconds: 0,
  });
  return {
    mount,
    sources: sources as [FakeSource, FakeSource, FakeSource],
    collector,
    clock,
    log,
    play(ms: number): void {
      for (let at = 0; at < ms; at += UNIT_MS) {
        for (const source of sources) source.send(clock.nowUs());
        clock.advance(UNIT_MS);
      }
    },
  };
}

test('the first source of the chain is heard, and the others rest', () => {
  const { mount, sources, collector, play } = mountWith(0, 'live', 'live');
  play(2_000);
  assert.is(mount.activeSource, 'a');
  assert.is(sources[1].status.state, 'stopped');
  assert.match(collector.text, /^a+$/);
});

test('a source that fails is followed at once by the next, and listeners stay', () => {
  const { mount, sources, collector, play } = mountWith(0, 'live', 'live');
  play(2_000);
  sources[0].become('retrying');
  play(2_000);
  assert.is(mount.activeSource, 'b');
  assert.match(collector.text, /^a+b+$/);
  assert.is(mount.broadcaster.listenerCount, 1);
});

test('a source that starts is waited for, but not for ever', () => {
  const { mount, sources, play } = mountWith(0, 'starting', 'live');
  play(2_000);
  assert.is(sources[1].status.state, 'stopped');
  play(2_000);
  assert.is(mount.activeSource, 'b');
});

test('a source that is back takes over when it has delivered for a second, and the fallback rests again', () => {
  const { mount, sources, collector, play } = mountWith(0, 'live', 'live');
  play(1_000);
  sources[0].become('retrying');
  play(1_000);
  sources[0].become('live');
  play(500);
  assert.is(mount.activeSource, 'b', 'too early');
  play(1_000);
  assert.is(mount.activeSource, 'a');
  play(7_000);
  assert.is(sources[1].status.state, 'stopped');
  assert.match(collector.text, /^a+b+a+$/);
});

test('a chain goes down to its last source and up again', () => {
  const { mount, sources, play } = mountWith(0, 'retrying', 'retrying', 'live');
  play(1_000);
  assert.is(mount.activeSource, 'c');
  sources[1].become('live');
  play(2_000);
  assert.is(mount.activeSource, 'b');
  sources[1].become('retrying');
  play(1_000);
  assert.is(mount.activeSource, 'c');
});

test('a source before the own one takes over when it is live; the own one runs on, its fallbacks rest', () => {
  const { mount, sources, collector, clock, play } = mountWith(1, 'waiting', 'live', 'live');
  play(2_000);
  assert.is(mount.activeSource, 'b');
  assert.is(sources[2].status.state, 'stopped');
  assert.is(clock.pendingTimers, 2, 'only the broadcaster waits for time to pass: its second and its chunk');
  sources[0].become('live');
  play(8_000);
  assert.is(mount.activeSource, 'a');
  assert.is(sources[1].status.state, 'live');
  assert.is(sources[2].status.state, 'stopped');
  sources[0].become('waiting');
  play(1_000);
  assert.is(mount.activeSource, 'b');
  assert.match(collector.text, /^b+a+b+$/);
});

test('with no source at all listeners wait, connected', () => {
  const { mount, sources, collector, play } = mountWith(0, 'live');
  play(1_000);
  sources[0].become('retrying');
  play(5_000);
  assert.is(mount.activeSource, undefined);
  assert.is(mount.broadcaster.listenerCount, 1);
  sources[0].become('live');
  const before = collector.text.length;
  play(1_000);
  assert.ok(collector.text.length > before);
});

test('what a source brings along of its past is not heard twice', () => {
  const { mount, sources, clock, play } = mountWith(0, 'live', 'live');
  play(2_000);
  const track = mount.ring.track(mp3);
  const end = track.endSequence;
  sources[0].send(clock.nowUs() - 1_500_000);
  assert.is(track.endSequence, end);
});

test('the default rung is encoded with nobody there, others while somebody listens', () => {
  const { mount, sources, play, clock } = mountWith(0, 'live');
  assert.equal(sources[0].wanted, [mp3]);
  const sink = new Collector();
  mount.broadcaster.join({
    info: { id: 2, address: '', userAgent: '', quality: 'auto' },
    sink,
    rung: low,
    burstSeconds: 0,
  });
  assert.equal(sources[0].wanted, [mp3, low]);
  play(500);
  sink.onClose();
  clock.advance(10_000);
  assert.equal(sources[0].wanted, [mp3]);
});

test('the title is that of the source on the air', () => {
  const { mount, sources, play } = mountWith(0, 'live', 'live');
  play(100);
  mount.setMetadata({ title: 'Dawn', artist: '' });
  assert.is(mount.metadata.title, 'Dawn');
  sources[0].become('retrying');
  play(100);
  assert.is(mount.metadata.title, '');
});

test('closing it stops every source, twice too', async () => {
  const { mount, sources, play, clock } = mountWith(0, 'retrying', 'live');
  play(1_000);
  await mount[Symbol.asyncDispose]();
  await mount[Symbol.asyncDispose]();
  assert.equal(
    sources.map((source) => source.status.state),
    ['stopped', 'stopped'],
  );
  clock.advance(10_000);
  assert.is(sources[1].status.state, 'stopped');
});

test.run();
