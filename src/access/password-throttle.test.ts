import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { basicPassword, equalSecrets } from './basic-password.ts';
import { PasswordThrottle } from './password-throttle.ts';

const test = suite('source password');

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

test('the password is what follows the first colon, whoever the user', () => {
  assert.is(basicPassword(basic('source:hackme')), 'hackme');
  assert.is(basicPassword(basic(':a:b')), 'a:b');
  assert.is(basicPassword(basic('source:')), '');
  assert.is(basicPassword(basic('source:pässwörd')), 'pässwörd');
  assert.is(basicPassword(basic('source:x').replace('Basic', 'basic')), 'x');
});

test('anything else has no password', () => {
  for (const header of [
    undefined,
    '',
    'Basic',
    'Basic ',
    'Bearer abc',
    basic('nocolon'),
    'Basic %%%',
    'Digest a="b"',
  ]) {
    assert.is(basicPassword(header), undefined, String(header));
  }
});

test('secrets are compared whole', () => {
  assert.ok(equalSecrets('hackme', 'hackme'));
  for (const other of ['', 'hackm', 'hackme ', 'Hackme', 'hackmehackme']) assert.not.ok(equalSecrets('hackme', other));
});

test('each wrong password doubles the delay, up to ten seconds', () => {
  const throttle = new PasswordThrottle(new FakeClock());
  const delays = Array.from({ length: 9 }, () => throttle.fail('10.0.0.1').delayMs);
  assert.equal(delays, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  assert.is(throttle.fail('10.0.0.2').delayMs, 250);
});

test('the right password, and ten quiet minutes, make an address start anew', () => {
  const clock = new FakeClock();
  const throttle = new PasswordThrottle(clock);
  throttle.fail('a');
  throttle.succeed('a');
  assert.is(throttle.fail('a').delayMs, 250);
  clock.advance(599_000);
  assert.is(throttle.fail('a').delayMs, 500);
  clock.advance(600_000);
  assert.is(throttle.fail('a').delayMs, 250);
});

test('its table is bounded, and the address that failed longest ago goes first', () => {
  const throttle = new PasswordThrottle(new FakeClock());
  for (let host = 0; host < 1024; host++) throttle.fail(`host ${host}`);
  throttle.fail('host 0');
  for (let host = 1024; host < 1500; host++) throttle.fail(`host ${host}`);
  assert.is(throttle.size, 1024);
  assert.is(throttle.fail('host 0').failures, 3);
  assert.is(throttle.fail('host 1').failures, 1);
});

test.run();
