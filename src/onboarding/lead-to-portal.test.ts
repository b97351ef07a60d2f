import type { NetworkInterfaceInfo } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConnectionEnds, portalFor } from './lead-to-portal.ts';

const test = suite('who has come over the access point');

const info = (address: string) => ({ address }) as NetworkInterfaceInfo;
const WITH_CABLE = {
  lo: [info('127.0.0.1'), info('::1')],
  eth0: [info('192.168.1.20'), info('fe80::20'), info('2001:db8::20')],
  wlan0: [info('10.42.0.1'), info('fe80::42')],
};
const PORTAL = 'http://10.42.0.1:8002/';

/** @param ends ours, then theirs */
function led([localAddress, remoteAddress]: readonly (string | undefined)[], isShown = true): string | undefined {
  const ends: ConnectionEnds = { localAddress, remoteAddress };
  return portalFor(ends, { sign: { isShown }, interfaces: () => WITH_CABLE });
}

const OVER_IT = [
  ['10.42.0.1', '10.42.0.17'],
  ['::ffff:10.42.0.1', '::ffff:10.42.0.17'],
  // They may ask for any of our addresses: this one is the way there for them.
  ['192.168.1.20', '10.42.0.17'],
  ['10.42.0.1', '192.168.1.77'],
  ['fe80::42%wlan0', 'fe80::17%wlan0'],
  ['fe80::42', 'fe80::17'],
  // Gone already.
  ['10.42.0.1', undefined],
  [undefined, undefined],
];

test('they are led to its page, whichever of our addresses they have asked', () => {
  for (const ends of OVER_IT) assert.is(led(ends), PORTAL, ends.join());
});

test('nobody is while it is closed: another one of that network is given by a laptop’s hotspot', () => {
  for (const ends of OVER_IT) assert.is(led(ends, false), undefined, ends.join());
});

test('who has come by cable, or is this machine, is not', () => {
  for (const ends of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['::ffff:192.168.1.20', '::ffff:192.168.1.7'],
    ['10.42.1.1', '10.42.1.7'],
    ['fe80::20%eth0', 'fe80::17%eth0'],
    ['2001:db8::20', '2001:db8::17'],
  ]) {
    assert.is(led(ends), undefined, ends.join());
  }
});

test.run();
