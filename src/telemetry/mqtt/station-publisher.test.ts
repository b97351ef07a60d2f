import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { silentLog } from '../../core/log.ts';
import { StationEvents } from '../../core/station-event.ts';
import type { StationSight } from '../../core/station-sight.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import { RetainedBook } from './retained-book.ts';
import { StationPublisher } from './station-publisher.ts';
import { CHOICES, sightOf } from './station-sight.testing.ts';
import { StationTopics } from './topics.ts';

const test = suite('StationPublisher');

const TOPICS = new StationTopics({ topicPrefix: 'pipit', discoveryPrefix: 'homeassistant' }, 'b8d1f00d');

class Fixture {
  readonly clock = new FakeClock();
  readonly dir = mkdtempSync(join(tmpdir(), 'pipit-publisher-'));
  readonly book = new RetainedBook({ log: silentLog }, join(this.dir, 'book.json'));
  readonly events = new StationEvents({ wallTime: () => new Date(0), onFailure() {} });
  readonly sent: [string, string][] = [];
  looks = 0;
  isUp = true;
  seen: StationSight = sightOf();
  readonly publisher: StationPublisher;

  constructor() {
    const fixture = this;
    this.publisher = new StationPublisher(
      {
        ...this,
        topics: TOPICS,
        outlet: {
          get isUp() {
            return fixture.isUp;
          },
          set: (topic, payload) => void this.sent.push([topic, String(payload)]),
          forget() {},
          tell: (topic, payload, { onSent } = {}) => {
            this.sent.push([topic, payload]);
            onSent?.();
          },
        },
        sight: () => {
          this.looks += 1;
          return this.seen;
        },
        choices: () => CHOICES,
      },
      { intervalMs: 10_000 },
    );
    this.publisher.start();
  }

  json(topic: string): Record<string, unknown> {
    return JSON.parse(this.sent.findLast(([each]) => each === topic)?.[1] ?? '{}');
  }

  end(): void {
    this.publisher.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

test('figures come at the interval; what happens is told at once, but no more than a few times a second', () => {
  const fixture = new Fixture();
  fixture.clock.advance(9_990);
  assert.is(fixture.looks, 0);
  fixture.clock.advance(10);
  assert.is(fixture.looks, 1);
  fixture.clock.advance(5_000);
  fixture.events.emit('sound', 'mic');
  fixture.clock.advance(1);
  assert.is(fixture.looks, 2);
  for (let count = 0; count < 200; count += 1) {
    fixture.events.emit(count % 2 === 0 ? 'sound_ended' : 'sound', 'mic');
    fixture.clock.advance(10);
  }
  assert.ok(fixture.looks <= 2 + 9, String(fixture.looks));
  assert.is(fixture.sent.filter(([topic]) => topic === TOPICS.event).length, 201);
  fixture.end();
});

test('nobody is looked at while there is no connection', () => {
  const fixture = new Fixture();
  fixture.isUp = false;
  fixture.events.emit('sound', 'mic');
  fixture.clock.advance(3_600_000);
  assert.is(fixture.looks, 0);
  assert.equal(fixture.sent, []);
  fixture.end();
});

test('clipping shows for ten seconds after the last sample that was cut off; without sound nothing is said of it', () => {
  const fixture = new Fixture();
  const cut = (clippedSamples: number | undefined): void => {
    const [mic, ...others] = fixture.seen.sources;
    if (mic === undefined) throw new Error('no source');
    const level =
      clippedSamples === undefined
        ? undefined
        : { rmsDb: [-3], peakDb: [0], clippedSamples, silent: false, sound: true };
    fixture.seen = { ...fixture.seen, sources: [{ ...mic, level }, ...others] };
    fixture.publisher.publish();
  };
  const clipping = () => fixture.json(TOPICS.source('mic'))['clipping'];
  // What was cut off before it was looked at for the first time may be long ago.
  cut(50);
  assert.is(clipping(), 0);
  cut(51);
  assert.is(clipping(), 1);
  fixture.clock.advance(9_000);
  cut(51);
  assert.is(clipping(), 1);
  fixture.clock.advance(1_001);
  cut(51);
  assert.is(clipping(), 0);
  // Its process was started again, and counts from the beginning.
  cut(3);
  assert.is(clipping(), 0);
  cut(4);
  assert.is(clipping(), 1);
  cut(undefined);
  assert.is(clipping(), undefined);
  fixture.end();
});

test('what went from the configuration is taken away at the broker, once', async () => {
  const fixture = new Fixture();
  fixture.publisher.publish();
  fixture.seen = sightOf({ sources: ['mic'] });
  fixture.sent.length = 0;
  fixture.publisher.tidy();
  assert.equal(fixture.sent, [[TOPICS.source('hall'), '']]);
  fixture.publisher.tidy();
  assert.is(fixture.sent.length, 1);
  // Who starts again later reads the same.
  await fixture.book.settle();
  const later = new RetainedBook({ log: silentLog }, join(fixture.dir, 'book.json'));
  await later.open('');
  assert.equal([...later.topics].sort(), [...fixture.book.topics].sort());
  await later.open('other:1883');
  assert.is(later.topics.size, 0);
  fixture.end();
});

test.run();
