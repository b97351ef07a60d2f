import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelReading } from '../core/level-reading.ts';
import type { SourceStatus } from '../core/source-status.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { SoundPulse } from './sound-pulse.ts';

const test = suite('sound-pulse');
const LOOK_MS = 20_000;

/** A station of one source and one mount, whose every part can be made to stand still. */
function newStation() {
  const clock = new FakeClock();
  const track = { endSequence: 0 };
  const feed = {
    status: { state: 'live', detail: '', error: undefined, sinceUs: clock.nowUs(), restarts: 0 } as SourceStatus,
    level: undefined as LevelReading | undefined,
    wanted: ['mp3-128'] as readonly string[],
  };
  const mount = { path: '/stream', activeSource: 'mic' as string | undefined, ring: { tracks: [track] } };
  const station = { sources: [{ name: 'mic', feed }], mounts: new Map([['/stream', mount]]) };
  const pulse = new SoundPulse({ clock }, station);
  const look = (): string | undefined => {
    clock.advance(LOOK_MS);
    return pulse.stillSince();
  };
  const sound = (): void => {
    feed.level = { rmsDb: [-20], peakDb: [-10], clippedSamples: 0, silent: false, sound: true };
    track.endSequence += 800;
  };
  const become = (state: SourceStatus['state']): void => {
    feed.status = { ...feed.status, state, sinceUs: clock.nowUs() };
  };
  return { feed, mount, track, look, sound, become };
}

test('sound that flows is well, look after look', () => {
  const { look, sound } = newStation();
  for (let looks = 0; looks < 5; looks++) {
    sound();
    assert.is(look(), undefined);
  }
});

test('a live source that brings nothing is told, and is well again with the next sound', () => {
  const { look, sound } = newStation();
  sound();
  look();
  assert.is(look(), 'source "mic" brings no sound');
  sound();
  assert.is(look(), undefined);
});

test('sound that does not get into the ring is told, unless nothing is wanted of it', () => {
  const { feed, look, sound, track } = newStation();
  sound();
  look();
  const before = track.endSequence;
  sound();
  track.endSequence = before;
  assert.is(look(), 'nothing gets into the ring of /stream');
  feed.wanted = [];
  sound();
  track.endSequence = before;
  assert.is(look(), undefined);
});

test('no device, no source and a source that has just come are all well', () => {
  const { become, look, mount, sound } = newStation();
  sound();
  look();
  for (const state of ['retrying', 'opening', 'waiting', 'ended', 'stopped'] as const) {
    become(state);
    assert.is(look(), undefined, state);
    assert.is(look(), undefined, state);
  }
  mount.activeSource = undefined;
  assert.is(look(), undefined);
  mount.activeSource = 'mic';
  become('live');
  assert.is(look(), undefined);
});

test('a process that starts for minutes is told: what looks after it does not run any more', () => {
  const { become, look } = newStation();
  become('starting');
  for (let looks = 0; looks < 6; looks++) assert.is(look(), undefined);
  assert.is(look(), 'source "mic" is starting for minutes');
});

test.run();
