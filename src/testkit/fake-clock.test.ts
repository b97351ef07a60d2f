import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep } from '../core/clock.ts';
import { FakeClock } from './fake-clock.ts';

const test = suite('FakeClock');

test('timers fire in the order of time, equals in the order they were made', () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push('20'));
  clock.after(10, () => fired.push('10 first'));
  clock.after(10, () => fired.push('10 second'));
  clock.advance(19);
  assert.equal(fired, ['10 first', '10 second']);
  clock.advance(1);
  assert.equal(fired, ['10 first', '10 second', '20']);
});

test('a timer sees the time at which it was due, and time ends where it was moved to', () => {
  const clock = new FakeClock(0);
  let seenUs = 0;
  clock.after(7, () => {
    seenUs = clock.nowUs();
  });
  clock.advance(100);
  assert.is(seenUs, 7_000);
  assert.is(clock.nowUs(), 100_000);
});

test('a timer made by a timer fires within the same span when it falls due', () => {
  const clock = new FakeClock();
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.advance(55);
  assert.is(ticks, 5);
  assert.is(clock.pendingTimers, 1);
});

test('a cancelled timer never fires, and cancelling twice is safe', () => {
  const clock = new FakeClock();
  const timer = clock.after(10, () => assert.unreachable());
  timer.cancel();
  timer.cancel();
  clock.advance(1000);
  assert.is(clock.pendingTimers, 0);
});

test('a timer of 0 ms waits for time to move', () => {
  const clock = new FakeClock();
  let fired = false;
  clock.after(0, () => {
    fired = true;
  });
  clock.advance(0);
  assert.is(fired, false);
  clock.advance(1);
  assert.is(fired, true);
});

test('run lets a loop that sleeps go round as often as time allows', async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  let rounds = 0;
  const loop = (async () => {
    while (await sleep(clock, 100, end.signal)) rounds += 1;
  })();
  await clock.run(1050);
  assert.is(rounds, 10);
  end.abort();
  await loop;
  assert.is(clock.pendingTimers, 0);
});

test.run();
