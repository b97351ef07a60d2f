import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Admission, plainAddress } from './admission.ts';

const test = suite('admission');

function enter(admission: Admission, address: string): () => void {
  const leave = admission.enter(address);
  if (typeof leave === 'string') throw new Error(leave);
  return leave;
}

test('it lets in as many as there are places, and again when one has left', () => {
  const admission = new Admission({ maxListeners: 2, maxListenersPerAddress: 0, exemptNetworks: [] });
  const leave = enter(admission, '10.0.0.1');
  enter(admission, '10.0.0.2');
  assert.is(admission.enter('10.0.0.3'), 'full');
  leave();
  enter(admission, '10.0.0.3');
  assert.is(admission.enter('10.0.0.4'), 'full');
});

test('one address cannot take all places, but for loopback and the networks that are exempt', () => {
  const admission = new Admission({
    maxListeners: 100,
    maxListenersPerAddress: 2,
    exemptNetworks: ['192.168.1.0/24', 'fd00::/8', '10.9.9.9'],
  });
  enter(admission, '10.0.0.1');
  enter(admission, '10.0.0.1');
  assert.is(admission.enter('10.0.0.1'), 'full-for-address');
  enter(admission, '10.0.0.2');
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '192.168.1.7', 'fd12::1', '10.9.9.9']) {
    for (let i = 0; i < 5; i += 1) enter(admission, address);
  }
});

test('limits may change while people listen: who is in stays in', () => {
  const admission = new Admission({ maxListeners: 5, maxListenersPerAddress: 0, exemptNetworks: [] });
  const leave = [1, 2, 3].map((i) => enter(admission, `10.0.0.${i}`));
  admission.configure({ maxListeners: 2, maxListenersPerAddress: 0, exemptNetworks: [] });
  assert.is(admission.enter('10.0.0.9'), 'full');
  for (const each of leave) each();
  enter(admission, '10.0.0.9');
});

test('an IPv4 address is the same on a dual-stack socket', () => {
  assert.is(plainAddress('::ffff:192.168.1.2'), '192.168.1.2');
  assert.is(plainAddress('fe80::1'), 'fe80::1');
  assert.is(plainAddress(undefined), '');
});

test.run();
