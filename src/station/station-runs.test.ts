import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NetworkError } from '../core/errors.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { StationRuns } from './station-runs.ts';

const test = suite('station-runs');

/** Stations that only say what is done with them; those of a port that is taken do not start. */
class Box {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly story: string[] = [];
  readonly failures: unknown[] = [];
  readonly taken = new Set<number>();
  /** What the file says. */
  port = 1;
  #last = 1;
  running = 0;

  readonly runs = new StationRuns(
    {
      clock: this.clock,
      log: this.log,
      open: (port: number) => this.#station(port),
      start: async (station) => station.start(),
      nextSettings: async () => this.port,
      lastSettings: () => this.#last,
      onFailure: (error) => void this.failures.push(error),
    },
    this.port,
  );

  #station(port: number) {
    let isUp = false;
    return {
      start: async (): Promise<void> => {
        await Promise.resolve();
        if (this.taken.has(port))
          throw new NetworkError('station.listen', `no port ${port}`, { remedy: 'Take another' });
        if (port === 0) throw new TypeError('a mistake of ours');
        assert.is(this.running, 0, 'never two of them');
        isUp = true;
        this.running += 1;
        this.#last = port;
        this.story.push(`start ${port}`);
      },
      [Symbol.asyncDispose]: async (): Promise<void> => {
        await Promise.resolve();
        if (!isUp) return;
        isUp = false;
        this.running -= 1;
        this.story.push(`stop ${port}`);
      },
    };
  }
}

test('who asks several times at once gets one restart, with what the settings then are', async () => {
  const box = new Box();
  await box.runs.start();
  for (let times = 0; times < 5; times++) box.runs.restart();
  box.port = 2;
  await box.clock.run(1_000);
  assert.equal(box.story, ['start 1', 'stop 1', 'start 2']);
  assert.is(box.runs.restart(), undefined);
  await box.clock.run(1_000);
  assert.equal(box.story.slice(3), ['stop 2', 'start 2']);
  assert.equal(box.failures, []);
});

test('one that can not start gives way to one with the settings from before, and says why', async () => {
  const box = new Box();
  await box.runs.start();
  box.port = 80;
  box.taken.add(80);
  box.runs.restart();
  await box.clock.run(1_000);
  assert.equal(box.story, ['start 1', 'stop 1', 'start 1']);
  assert.match(box.log.text, /no port 80.*goes on with the settings from before/);
  assert.equal(box.failures, []);
});

test('where that does not start either, or it is a mistake in Pipit, it is told once', async () => {
  const box = new Box();
  await box.runs.start();
  box.port = 80;
  box.taken.add(80).add(1);
  box.runs.restart();
  await box.clock.run(1_000);
  assert.is(box.failures.length, 1);
  const other = new Box();
  await other.runs.start();
  other.port = 0;
  other.runs.restart();
  await other.clock.run(1_000);
  assert.instance(other.failures[0], TypeError);
});

test('stopping ends it at any moment of a restart, and nothing starts afterwards', async () => {
  for (const ms of [0, 299, 300, 301]) {
    const box = new Box();
    await box.runs.start();
    box.runs.restart();
    if (ms > 0) await box.clock.run(ms);
    await box.runs[Symbol.asyncDispose]();
    await box.runs[Symbol.asyncDispose]();
    box.runs.restart();
    await box.clock.run(1_000);
    assert.is(box.running, 0, `after ${ms} ms`);
    assert.is(box.clock.pendingTimers, 0);
    assert.equal(box.failures, []);
  }
});

test.run();
