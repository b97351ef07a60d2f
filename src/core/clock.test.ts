import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { sleep, systemClock } from './clock.ts';

const test = suite('clock');
// The system clock's timers keep no process alive.
const alive = setInterval(() => {}, 1_000);
test.after(() => clearInterval(alive));

for (const ms of [0, 0.2, 3]) {
  test(`a call after ${ms} ms is not early, and never before its caller has returned`, async () => {
    const startUs = systemClock.nowUs();
    let isReturned = false;
    const firedUs = await new Promise<number>((resolve) => {
      systemClock.after(ms, () => {
        assert.ok(isReturned);
        resolve(systemClock.nowUs());
      });
      isReturned = true;
    });
    // Node's timers count whole milliseconds from the turn they were made in.
    assert.ok(firedUs - startUs >= ms * 1000 - 1_000 * Math.sign(Math.floor(ms)), `${firedUs - startUs} µs`);
  });

  test(`a call after ${ms} ms that is cancelled never comes`, async () => {
    let calls = 0;
    const timer = systemClock.after(ms, () => {
      calls += 1;
    });
    timer.cancel();
    timer.cancel();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.is(calls, 0);
  });
}

test('it never goes back, and agrees with the kernel on microseconds', () => {
  const kernelUs = Number(process.hrtime.bigint() / 1000n);
  const ourUs = systemClock.nowUs();
  assert.ok(ourUs >= kernelUs && ourUs - kernelUs < 1_000_000);
});

test('a sleep ends when its time has come, or when it is aborted', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const whole = sleep(clock, 100, stop.signal);
  clock.advance(100);
  assert.ok(await whole);
  const cut = sleep(clock, 100, stop.signal);
  stop.abort();
  assert.not(await cut);
  assert.not(await sleep(clock, 100, stop.signal));
  assert.is(clock.pendingTimers, 0);
});

test.run();
