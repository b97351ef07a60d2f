import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HistoryTime, stepped } from './history-time.ts';

const test = suite('history time');

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** A machine whose clock can be set. */
function machine(wallMs: number) {
  const now = { wallMs, bootS: 12 };
  const time = new HistoryTime({ wallTime: () => new Date(now.wallMs), bootSeconds: () => now.bootS });
  return {
    time,
    pass(seconds: number) {
      now.wallMs += seconds * 1000;
      now.bootS += seconds;
      return time.look();
    },
    set(ms: number) {
      now.wallMs = ms;
      return time.look();
    },
  };
}

test('a clock that goes on makes minutes and no steps', () => {
  const { pass } = machine(10 * MINUTE_MS);
  assert.equal(pass(0), { minute: 10, step: undefined });
  assert.equal(pass(59), { minute: 10, step: undefined });
  assert.equal(pass(1), { minute: 11, step: undefined });
  // Not looked at for long, as while the machine was asleep.
  assert.equal(pass(8 * 3600), { minute: 491, step: undefined });
});

test('a Pi that learns the time moves what it has filed in 1970', () => {
  const { pass, set } = machine(0);
  pass(0);
  pass(600);
  const real = 20_500 * DAY_MS;
  const { minute, step } = set(real);
  assert.is(minute, 20_500 * 1_440);
  assert.equal(step, { fromMs: 0, toMs: 600_000, byMs: real - 600_000 });
  assert.is(step && stepped(540_000, step), real - 60_000);
  assert.is(step && stepped(600_001, step), 600_001);
});

test('what has moved moves again with the next step, back too', () => {
  const { pass, set } = machine(100 * DAY_MS);
  pass(0);
  pass(60);
  assert.is(set(200 * DAY_MS).step?.fromMs, 100 * DAY_MS);
  pass(60);
  const { minute, step } = set(150 * DAY_MS);
  assert.is(minute, 150 * 1_440);
  assert.is(step?.fromMs, 200 * DAY_MS - 60_000);
  assert.is(step?.toMs, 200 * DAY_MS + 60_000);
  assert.is(step?.byMs, -50 * DAY_MS - 60_000);
});

test('of a clock that is set by seconds no minute comes twice', () => {
  const { pass, set } = machine(10 * MINUTE_MS);
  pass(0);
  assert.is(pass(61).minute, 11);
  assert.equal(set(10 * MINUTE_MS + 30_000), { minute: 11, step: undefined });
  assert.is(pass(31).minute, 11);
  assert.is(pass(60).minute, 12);
});

test('the time is believed when nobody has set it for an hour', () => {
  const { time, pass, set } = machine(10 * DAY_MS);
  assert.is(time.isSteady, false);
  pass(0);
  pass(3_599);
  assert.is(time.isSteady, false);
  pass(1);
  assert.is(time.isSteady, true);
  set(12 * DAY_MS);
  assert.is(time.isSteady, false);
});

test.run();
