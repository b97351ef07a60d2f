import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isPrivateAddress } from './private-address.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const test = suite('trusted proxies');

function clientOf(networks: readonly string[], address: string, forwardedFor: string | undefined): string {
  const proxies = new TrustedProxies();
  proxies.configure(networks);
  return proxies.clientOf({ address, isEncrypted: false, forwardedFor, forwardedProto: undefined });
}

test('of a list of hops the last one that is no proxy of ours is the client', () => {
  const ours = ['192.168.1.2', '172.17.0.0/16', 'fd00::/64'];
  for (const [address, forwardedFor, client] of [
    ['192.168.1.2', '203.0.113.9', '203.0.113.9'],
    ['192.168.1.2', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['192.168.1.2', '1.1.1.1, 203.0.113.9, 172.17.0.5', '203.0.113.9'],
    ['fd00::7', '2001:db8::1', '2001:db8::1'],
    ['192.168.1.2', '[2001:db8::1]:443', '2001:db8::1'],
    ['192.168.1.2', '203.0.113.9:4711', '203.0.113.9'],
    ['192.168.1.2', '::ffff:203.0.113.9', '203.0.113.9'],
    ['192.168.1.2', '172.17.0.5', '172.17.0.5'],
    ['192.168.1.2', undefined, '192.168.1.2'],
    ['192.168.1.2', '', '192.168.1.2'],
    ['192.168.1.2', '1.1.1.1, unknown', '192.168.1.2'],
    ['192.168.1.3', '203.0.113.9', '192.168.1.3'],
    ['10.0.0.1', '192.168.1.2', '10.0.0.1'],
  ] as const) {
    assert.is(clientOf(ours, address, forwardedFor), client, `${address} ${forwardedFor}`);
  }
  assert.is(clientOf([], '127.0.0.1', '203.0.113.9'), '127.0.0.1');
});

test('whatever somebody writes, it is never the address of anybody where no proxy is trusted', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      assert.is(clientOf(['192.168.1.2'], '10.0.0.1', text), '10.0.0.1');
    }),
  );
});

test('that it was https is believed of a connection that is, and of a proxy that is trusted', () => {
  const proxies = new TrustedProxies();
  proxies.configure(['192.168.1.2']);
  const isSecure = (address: string, forwardedProto: string | undefined, isEncrypted = false) =>
    proxies.isSecure({ address, isEncrypted, forwardedFor: undefined, forwardedProto });
  assert.ok(isSecure('10.0.0.1', undefined, true));
  assert.ok(isSecure('192.168.1.2', 'https'));
  assert.ok(isSecure('192.168.1.2', 'http, HTTPS'));
  assert.not(isSecure('192.168.1.2', 'https, http'));
  assert.not(isSecure('192.168.1.2', undefined));
  assert.not(isSecure('10.0.0.1', 'https'));
});

test('private addresses are those of one network', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.9',
    '169.254.1.1',
    '::1',
    'fd12::1',
    'fe80::1%eth0',
  ]) {
    assert.ok(isPrivateAddress(address), address);
  }
  for (const address of ['8.8.8.8', '172.32.0.1', '192.169.0.1', '100.64.0.1', '2001:db8::1', '', 'localhost', '1']) {
    assert.not(isPrivateAddress(address), address);
  }
});

test.run();
