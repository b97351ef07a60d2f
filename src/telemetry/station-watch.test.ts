import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelReading } from '../core/level-reading.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { EventType } from '../core/station-event.ts';
import type { CameraSight, SourceSight, StationSight } from '../core/station-sight.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { StationWatch } from './station-watch.ts';

const test = suite('station watch');

function source(state: SourceStatus['state'], more: Partial<SourceSight> = {}): SourceSight {
  const status = { state, detail: 'hw:1,0', error: undefined, sinceUs: 0, restarts: 0 };
  return {
    name: 'mic',
    type: 'alsa',
    status,
    level: undefined,
    treatment: UNTREATED,
    soundDb: -35,
    builtIn: false,
    ...more,
  };
}

function camera(state: SourceStatus['state'], hasSignal: boolean): CameraSight {
  const status = { state, detail: '', error: undefined, sinceUs: 0, restarts: 0 };
  return { name: 'door', type: 'v4l2', status, hasSignal, viewers: 1 };
}

const SIGHT: StationSight = {
  stationName: '',
  version: '',
  deviceId: 'a',
  model: '',
  pageUrl: '',
  sources: [],
  cameras: [],
  mounts: [],
  muted: { camera: false, microphone: false },
  listeners: 0,
  viewers: 0,
  figures: [],
};

/** A watch, and what it tells, as one word after the other. */
class Fixture {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly watch = new StationWatch({
    clock: this.clock,
    events: {
      emit: (type: EventType, subject = '', detail = '') =>
        void this.told.push([type, subject, detail].filter(Boolean).join(' | ')),
    },
    isMicrophone: (type) => type === 'alsa',
  });
  readonly onLevel = this.watch.levelsOf('mic');

  /** Readings for so many seconds. */
  hear(seconds: number, level: Partial<LevelReading>): void {
    for (let i = 0; i < seconds * 10; i += 1) {
      this.clock.advance(100);
      this.onLevel({
        rmsDb: [-30, -22.4],
        peakDb: [-10, -9],
        clippedSamples: 0,
        silent: false,
        sound: false,
        ...level,
      });
    }
  }

  /** Looks for so many seconds. */
  look(seconds: number, sight: Partial<StationSight>): void {
    for (let i = 0; i < seconds; i += 1) {
      this.clock.advance(1000);
      this.watch.look({ ...SIGHT, ...sight });
    }
  }

  /** What was told since the last time. */
  get news(): string[] {
    return this.told.splice(0);
  }
}

test('sound is told at once, its end only after a pause that is longer than those between words', () => {
  const it = new Fixture();
  it.hear(1, { sound: true });
  assert.equal(it.news, ['sound | mic | -22 dBFS']);
  for (let word = 0; word < 10; word += 1) {
    it.hear(3, { sound: false });
    it.hear(1, { sound: true });
  }
  assert.equal(it.news, []);
  it.hear(6, { sound: false });
  assert.equal(it.news, ['sound_ended | mic']);
});

test('silence is told when the meter says so, and its end', () => {
  const it = new Fixture();
  it.hear(20, { silent: true });
  assert.equal(it.news, ['silence | mic']);
  it.hear(0.5, { silent: false });
  it.hear(5, { silent: true });
  assert.equal(it.news, [], 'a click is no end of silence');
  it.hear(3, { silent: false });
  assert.equal(it.news, ['silence_ended | mic']);
});

test('clipping is told once a minute at most, and a worker that starts anew is no clipping', () => {
  const it = new Fixture();
  it.hear(0.1, { clippedSamples: 3 });
  assert.equal(it.news, [], 'a few samples are not heard');
  it.hear(0.1, { clippedSamples: 60 });
  assert.equal(it.news, ['clipping | mic | 57 samples in 0.1 s']);
  for (let i = 0; i < 50; i += 1) it.hear(1, { clippedSamples: 100 * i });
  assert.equal(it.news, []);
  it.hear(20, { clippedSamples: 0 });
  it.hear(0.1, { clippedSamples: 500 });
  assert.equal(it.news, ['clipping | mic | 500 samples in 0.1 s']);
});

test('a source that is gone for seconds is lost, one whose process is replaced is not', () => {
  const it = new Fixture();
  it.look(3, { sources: [source('live')] });
  it.look(3, { sources: [source('starting')] });
  it.look(10, { sources: [source('live')] });
  assert.equal(it.news, []);
  const error = { code: 'capture.gone', message: 'hw:1,0 was unplugged', remedy: '' };
  const status = { ...source('retrying').status, error };
  it.look(20, { sources: [source('retrying', { status })] });
  assert.equal(it.news, ['source_lost | mic | hw:1,0 was unplugged']);
  it.look(1, { sources: [source('live')] });
  it.look(20, { sources: [source('retrying')] });
  assert.equal(it.news, [], 'a loose plug is not back');
  it.look(4, { sources: [source('live')] });
  assert.equal(it.news, ['source_back | mic']);
});

test('a source that was never there is lost when it has failed, not while a slow card starts it', () => {
  const it = new Fixture();
  it.look(25, { sources: [source('starting')] });
  it.look(5, { sources: [source('opening')] });
  assert.equal(it.news, []);
  it.look(7, { sources: [source('retrying')] });
  assert.equal(it.news, ['source_lost | mic | hw:1,0']);
});

test('a fallback that rests and a source client that never came are missed by nobody; one that has left is', () => {
  const it = new Fixture();
  const client = (state: SourceStatus['state']) => source(state, { name: 'dj', type: 'client' });
  it.look(60, { sources: [source('stopped'), client('waiting')] });
  it.look(10, { sources: [source('live'), client('live')] });
  assert.equal(it.news, []);
  it.look(10, { sources: [source('stopped'), client('waiting')] });
  assert.equal(it.news, ['source_lost | dj | hw:1,0']);
  it.look(10, { sources: [source('starting'), client('live')] });
  assert.equal(it.news, ['source_back | dj']);
});

test('what was heard of a source is over when it is lost or muted, and what it delivers while muted is no silence', () => {
  const it = new Fixture();
  it.hear(1, { sound: true });
  it.look(2, { sources: [source('retrying')] });
  assert.equal(it.news, ['sound | mic | -22 dBFS', 'sound_ended | mic']);
  it.look(2, { sources: [source('live')] });
  it.hear(15, { silent: true });
  assert.equal(it.news, ['silence | mic']);
  const muted = { camera: false, microphone: true };
  it.look(1, { sources: [source('live')], muted });
  it.hear(60, { silent: true });
  assert.equal(it.news, ['muted | microphone', 'silence_ended | mic']);
  it.look(1, { sources: [source('live')] });
  assert.equal(it.news, ['unmuted | microphone']);
});

test('a file goes on while microphones are muted', () => {
  const it = new Fixture();
  const muted = { camera: false, microphone: true };
  it.look(1, { sources: [source('live', { type: 'file' })], muted });
  it.hear(1, { sound: true });
  assert.equal(it.news, ['sound | mic | -22 dBFS'], 'what was muted before the first look has not happened now');
});

test('a source that is silence by its nature is not told to be silent', () => {
  const it = new Fixture();
  it.look(1, { sources: [source('live', { type: 'silence' })] });
  it.hear(30, { silent: true });
  assert.equal(it.news, []);
});

test('a camera is missed while it is open and no pictures come, not while nobody watches or it is muted', () => {
  const it = new Fixture();
  it.look(60, { cameras: [camera('stopped', false)] });
  it.look(60, { cameras: [camera('retrying', false)], muted: { camera: true, microphone: false } });
  it.look(5, { cameras: [camera('opening', false)] });
  it.look(5, { cameras: [camera('live', true)] });
  assert.equal(
    it.news.filter((line) => line.startsWith('camera_')),
    [],
  );
  it.look(7, { cameras: [camera('retrying', false)] });
  it.look(60, { cameras: [camera('stopped', false)] });
  it.look(7, { cameras: [camera('retrying', false)] });
  assert.equal(it.news, [], 'what is waited for begins anew');
  it.look(5, { cameras: [camera('retrying', false)] });
  assert.equal(it.news, ['camera_lost | door | retrying']);
  it.look(9, { cameras: [camera('stopped', false)] });
  it.look(3, { cameras: [camera('live', true)] });
  assert.equal(it.news, ['camera_back | door']);
});

test('throttling is told with its reason, and its end when it has lasted', () => {
  const it = new Fixture();
  const figures = (throttled: number, weak: number) => [
    { name: 'throttled', subject: '', value: throttled },
    { name: 'under_voltage', subject: '', value: weak },
  ];
  it.look(5, {});
  it.look(5, { figures: figures(0, 0) });
  assert.equal(it.news, []);
  for (let i = 0; i < 10; i += 1) {
    it.look(2, { figures: figures(1, 1) });
    it.look(10, { figures: figures(0, 0) });
  }
  assert.equal(it.news, ['throttled | the power supply is too weak']);
  it.look(31, { figures: figures(0, 0) });
  assert.equal(it.news, ['throttled_ended']);
});

test('the audience is there with the first who listens or watches, and gone when all have been away for a while', () => {
  const it = new Fixture();
  it.look(2, { listeners: 2, viewers: 1 });
  it.look(5, {});
  it.look(2, { viewers: 1 });
  assert.equal(it.news, ['audience_came | 2 listen, 1 watch']);
  it.look(12, {});
  assert.equal(it.news, ['audience_left']);
});

test('whatever happens, each beginning is followed by its end before it begins again', () => {
  const ends = new Map([
    ['sound', 'sound_ended'],
    ['silence', 'silence_ended'],
    ['source_lost', 'source_back'],
    ['audience_came', 'audience_left'],
  ]);
  const step = fc.record({
    state: fc.constantFrom<SourceStatus['state']>('live', 'retrying', 'stopped', 'starting', 'waiting', 'ended'),
    microphone: fc.boolean(),
    listeners: fc.integer({ min: 0, max: 1 }),
    sound: fc.boolean(),
    silent: fc.boolean(),
    seconds: fc.integer({ min: 1, max: 15 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const it = new Fixture();
      for (const { state, microphone, listeners, sound, silent, seconds } of steps) {
        it.look(seconds, { sources: [source(state)], listeners, muted: { camera: false, microphone } });
        if (state === 'live') it.hear(seconds, { sound, silent });
      }
      const begun = new Set<string>();
      for (const line of it.told) {
        const type = line.split(' | ')[0] as string;
        if (ends.has(type)) assert.not(begun.has(type), it.told.join('\n'));
        begun.add(type);
        for (const [begin, end] of ends) if (end === type) assert.ok(begun.delete(begin), it.told.join('\n'));
      }
    }),
  );
});

test.run();
