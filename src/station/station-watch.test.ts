import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelReading } from '../core/level-reading.ts';
import type { SourceStatus } from '../core/source-status.ts';
import { StationEvents } from '../core/station-event.ts';
import type { StationSight } from '../core/station-sight.ts';
import { Feed } from '../mount/feed.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { StationWatching } from './station-watch.ts';

const test = suite('station watch part');
const LIVE: SourceStatus = { state: 'live', detail: '', error: undefined, sinceUs: 0, restarts: 0 };
const READING: LevelReading = { rmsDb: [-20], peakDb: [-9], clippedSamples: 0, silent: false, sound: true };

function fixture() {
  const clock = new FakeClock();
  const events = new StationEvents({
    wallTime: () => new Date(),
    onFailure: (error) => assert.unreachable(`${error}`),
  });
  const worker = { status: LIVE, start() {}, stop: async () => {}, want() {}, setEffort() {} };
  const feed = new Feed('mic', () => worker);
  let looks = 0;
  const sight = (): StationSight => {
    looks += 1;
    return {
      stationName: '',
      version: '',
      deviceId: 'a',
      model: '',
      pageUrl: '',
      sources: [],
      cameras: [],
      mounts: [],
      muted: { camera: false, microphone: false },
      listeners: looks > 3 ? 1 : 0,
      viewers: 0,
      figures: [],
    };
  };
  const part = new StationWatching({ clock, events, sight }, [{ name: 'mic', feed }]);
  return { clock, events, feed, part, looks: () => looks };
}

test('it hears every reading of a feed and looks once a second, until it is disposed of, twice', async () => {
  const { clock, events, feed, part, looks } = fixture();
  await part.start();
  feed.onLevel(READING);
  assert.equal(
    events.recent.map(({ type, subject, detail }) => [type, subject, detail]),
    [['sound', 'mic', '-20 dBFS']],
  );
  await clock.run(5_000);
  assert.is(looks(), 6);
  assert.is(events.recent.at(-1)?.type, 'audience_came');
  await part[Symbol.asyncDispose]();
  await part[Symbol.asyncDispose]();
  const count = events.recent.length;
  for (let i = 0; i < 100; i += 1) {
    feed.onLevel({ ...READING, sound: false });
    await clock.run(100);
  }
  assert.is(looks(), 6);
  assert.is(events.recent.length, count);
  assert.is(clock.pendingTimers, 0);
});

test.run();
