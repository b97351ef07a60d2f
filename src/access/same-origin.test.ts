import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isFromHere } from './same-origin.ts';

const test = suite('same origin');

test('a program, and a page of this station, are from here', () => {
  assert.ok(isFromHere(undefined, 'pipit.local:8001'));
  assert.ok(isFromHere(undefined, undefined));
  assert.ok(isFromHere('http://pipit.local:8001', 'Pipit.local:8001'));
  assert.ok(isFromHere('http://[fe80::1]:8001', '[fe80::1]:8001'));
});

test('a page without an origin, of another port or host is not', () => {
  for (const origin of ['null', '', 'http://pipit.local', 'http://pipit.local:8002', 'http://evil.example:8001']) {
    assert.not(isFromHere(origin, 'pipit.local:8001'), origin);
  }
  assert.not(isFromHere('http://pipit.local:8001', undefined));
});

test('no text whatever passes for the origin of another host, and none throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (origin) => {
      fc.pre(!origin.includes('pipit.local'));
      assert.not(isFromHere(origin, 'pipit.local:8001'));
    }),
  );
});

test.run();
