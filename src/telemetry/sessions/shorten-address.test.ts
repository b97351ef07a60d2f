import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shortenAddress } from './shorten-address.ts';

const test = suite('shorten-address');

test('of IPv4 the last byte is left out', () => {
  assert.is(shortenAddress('192.168.1.77'), '192.168.1.0');
  assert.is(shortenAddress('127.0.0.1'), '127.0.0.0');
});

test('of IPv6 the prefix of the site stays', () => {
  assert.is(shortenAddress('2001:db8:12:34:56:78:9a:bc'), '2001:db8:12::');
  assert.is(shortenAddress('2001:0DB8:0012::1'), '2001:db8:12::');
  assert.is(shortenAddress('2001:db8::1'), '2001:db8::');
  assert.is(shortenAddress('fe80::1c2a:3ff:fe04:5%wlan0'), 'fe80::');
  assert.is(shortenAddress('::1'), '::');
  assert.is(shortenAddress('1:2:3:4:5:6:7::'), '1:2:3::');
  assert.is(shortenAddress('64:ff9b::192.0.2.33'), '64:ff9b::');
});

test('what is no address is left out altogether', () => {
  for (const none of ['', 'localhost', '1.2.3', '::g', 'a'.repeat(500)]) assert.is(shortenAddress(none), '');
});

test('whoever shares the prefix cannot be told apart', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const short = shortenAddress(address);
      assert.match(short, /^([\da-f]{1,4}(:[\da-f]{1,4}){0,2})?::$/);
      assert.is(shortenAddress(short), short);
    }),
  );
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(255), (address, last) => {
      const [a, b, c] = address.split('.');
      assert.is(shortenAddress(address), shortenAddress([a, b, c, last].join('.')));
    }),
  );
});

test.run();
