import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SourceStatus } from '../core/source-status.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { CamerasAfterSound } from './cameras-after-sound.ts';

const test = suite('cameras after sound');

function setUp(...states: SourceStatus['state'][]) {
  const clock = new FakeClock();
  const sources = states.map((state) => ({ status: status(state) }));
  const started: number[] = [];
  const parts = new CamerasAfterSound({
    clock,
    sources: () => sources,
    startCameras: () => started.push(clock.nowUs()),
  });
  return { clock, sources, started, parts };
}

function status(state: SourceStatus['state']): SourceStatus {
  return { state, detail: '', error: undefined, sinceUs: 0, restarts: 0 };
}

test('start at once where there is no sound to wait for', () => {
  const { parts, started } = setUp('stopped', 'waiting');
  parts.start();
  assert.is(started.length, 1);
});

test('wait for the source that loads, and start once it is live', () => {
  const { parts, clock, sources, started } = setUp('starting', 'stopped');
  parts.start();
  clock.advance(3_000);
  assert.is(started.length, 0);
  sources[0] = { status: status('live') };
  clock.advance(3_000);
  assert.is(started.length, 1);
});

test('do not wait for a microphone that is not plugged in', () => {
  const { parts, clock, sources, started } = setUp('starting');
  parts.start();
  sources[0] = { status: status('retrying') };
  clock.advance(1_000);
  assert.is(started.length, 1);
});

test('do not wait for ever', () => {
  const { parts, clock, started } = setUp('starting');
  parts.start();
  clock.advance(60_000);
  assert.is(started.length, 1);
});

test('stay off when the station ends before', () => {
  const { parts, clock, started } = setUp('starting');
  parts.start();
  parts[Symbol.dispose]();
  clock.advance(60_000);
  assert.is(started.length, 0);
});

test.run();
