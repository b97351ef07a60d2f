import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { SentMeter } from './sent-meter.ts';

const test = suite('sent-meter');

test('the rate is that of the last five seconds', () => {
  const clock = new FakeClock();
  let bytes = 1_000_000;
  using meter = new SentMeter({ clock, sentBytes: () => bytes });
  meter.start();
  meter.start();
  assert.is(meter.bytesPerSecond, undefined);
  const second = (sent: number): number | undefined => {
    bytes += sent;
    clock.advance(1_000);
    return meter.bytesPerSecond;
  };
  assert.is(second(500), 500);
  for (let i = 0; i < 4; i++) second(500);
  assert.is(second(1_500), 700, 'what is over five seconds ago is forgotten');
  for (let i = 0; i < 5; i++) second(0);
  assert.is(second(0), 0);
  assert.is(clock.pendingTimers, 1);
});

test('it stops when it is no longer needed', () => {
  const clock = new FakeClock();
  const meter = new SentMeter({ clock, sentBytes: () => 0 });
  meter.start();
  meter[Symbol.dispose]();
  assert.is(clock.pendingTimers, 0);
});

test.run();
