import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { DeviceChangePace } from './device-change-pace.ts';

const test = suite('device change pace');

test('twenty changes at once, then one in three seconds; each address by itself', () => {
  const clock = new FakeClock();
  const pace = new DeviceChangePace({ clock });
  for (let n = 0; n < 20; n++) assert.is(pace.take('10.0.0.1'), 0);
  assert.is(pace.take('10.0.0.1'), 3);
  assert.is(pace.take('10.0.0.2'), 0);
  clock.advance(2_000);
  assert.is(pace.take('10.0.0.1'), 1);
  clock.advance(1_000);
  assert.is(pace.take('10.0.0.1'), 0);
  assert.is(pace.take('10.0.0.1'), 3);
  clock.advance(3_600_000);
  for (let n = 0; n < 20; n++) assert.is(pace.take('10.0.0.1'), 0);
  assert.is(pace.take('10.0.0.1'), 3);
});

test('of many addresses those that were here last are remembered', () => {
  const pace = new DeviceChangePace({ clock: new FakeClock() });
  for (let n = 0; n < 20; n++) pace.take('10.0.0.1');
  for (let n = 0; n < 499; n++) pace.take(`10.0.1.${n}`);
  assert.is.not(pace.take('10.0.0.1'), 0);
  for (let n = 0; n < 500; n++) pace.take(`10.0.2.${n}`);
  assert.is(pace.take('10.0.0.1'), 0);
});

test.run();
