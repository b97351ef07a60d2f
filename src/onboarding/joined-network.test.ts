import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Connection, connection } from './joined-network.ts';

const test = suite('joined network');

/** How it is with a radio that has these addresses, a cable with that carrier, and a bridge of software alone. */
function withAddresses(addresses: readonly string[], carrier = '0\n'): Connection {
  const net = mkdtempSync(join(tmpdir(), 'pipit-net-'));
  try {
    for (const folder of ['wlan0/device', 'wlan0/phy80211', 'eth0/device', 'br0']) {
      mkdirSync(join(net, folder), { recursive: true });
    }
    writeFileSync(join(net, 'eth0/carrier'), carrier);
    writeFileSync(join(net, 'br0/carrier'), '1\n');
    const infos = addresses.map(
      (address) =>
        ({
          address,
          family: address.includes(':') ? 'IPv6' : 'IPv4',
          scopeid: address.startsWith('fe80') ? 3 : 0,
        }) as NetworkInterfaceInfo,
    );
    return connection(net, () => ({ wlan0: infos }));
  } finally {
    rmSync(net, { recursive: true, force: true });
  }
}

test('an address that an access point of others gave is a network', () => {
  assert.is(withAddresses(['192.168.1.20']).hasWifi, true);
  assert.is(withAddresses(['2001:db8::7']).hasWifi, true);
  assert.is(withAddresses(['fe80::1', '169.254.3.4']).hasWifi, false);
  assert.is(withAddresses([]).hasWifi, false);
});

test('its own is none; that of a laptop with Linux, which shares the same network, is one', () => {
  assert.is(withAddresses(['10.42.0.1']).hasWifi, false);
  assert.is(withAddresses(['10.42.0.23']).hasWifi, true);
});

test('a cable counts when it is plugged in at both ends', () => {
  assert.is(withAddresses([], '1\n').hasCable, true);
  assert.is(withAddresses([], '0\n').hasCable, false);
});

test.run();
