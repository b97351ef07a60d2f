import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { GuessLimit } from './guess-limit.ts';

const test = suite('guess limit');

test('from the fifth wrong password in a row on an address is not listened to while it waits', () => {
  const clock = new FakeClock();
  const limit = new GuessLimit(clock);
  for (let i = 0; i < 4; i++) limit.fail('10.0.0.1');
  assert.is(limit.waitS('10.0.0.1'), 0);
  limit.fail('10.0.0.1');
  assert.is(limit.waitS('10.0.0.1'), 4);
  assert.is(limit.waitS('10.0.0.2'), 0);
  clock.advance(4_000);
  assert.is(limit.waitS('10.0.0.1'), 0);
});

test('a whole IPv6 network is one address', () => {
  const limit = new GuessLimit(new FakeClock());
  for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:5::', '2001:0db8::ffff:1', '2001:db8::7%eth0']) {
    limit.fail(address);
  }
  assert.ok(limit.waitS('2001:db8::abcd') > 0);
  assert.is(limit.waitS('2001:db8:0:1::1'), 0);
});

test('many addresses together have sixty guesses, and then six a minute; who was right before is not held up', () => {
  const clock = new FakeClock();
  const limit = new GuessLimit(clock);
  limit.succeed('192.168.1.2');
  for (let i = 0; i < 60; i++) {
    assert.is(limit.waitS(`10.0.0.${i}`), 0, `${i}`);
    limit.fail(`10.0.0.${i}`);
  }
  assert.is(limit.waitS('10.0.1.1'), 10);
  assert.is(limit.waitS('192.168.1.2'), 0);
  clock.advance(10_000);
  assert.is(limit.waitS('10.0.1.1'), 0);
  limit.fail('10.0.1.1');
  assert.is(limit.waitS('10.0.1.2'), 10);
  clock.advance(3_600_000);
  for (let i = 0; i < 60; i++) limit.fail(`10.1.0.${i}`);
  assert.ok(limit.waitS('10.0.1.2') > 0, 'no more than sixty are saved up');
});

test('who was right and then guesses loses what that gave', () => {
  const limit = new GuessLimit(new FakeClock());
  limit.succeed('a');
  for (let i = 0; i < 5; i++) limit.fail('a');
  assert.ok(limit.waitS('a') > 0);
});

test('where somebody is signed in, guesses from elsewhere keep nobody out, and those from there still count', () => {
  const limit = new GuessLimit(new FakeClock());
  limit.trust('192.168.1.2');
  for (let i = 0; i < 80; i++) limit.fail(`10.0.${i}.1`);
  assert.ok(limit.waitS('192.168.1.3') > 0);
  assert.is(limit.waitS('192.168.1.2'), 0);
  for (let i = 0; i < 5; i++) {
    limit.fail('192.168.1.2');
    limit.trust('192.168.1.2');
  }
  assert.ok(limit.waitS('192.168.1.2') > 0);
});

test.run();
