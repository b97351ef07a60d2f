import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestName } from './nearest-name.ts';

const test = suite('nearest name');

const KNOWN = ['host', 'listen_port', 'source_port', 'source_password', 'mount_point'];

test('a letter too many, too few, wrong or swapped still finds the name', () => {
  for (const written of ['hosts', 'hst', 'hast', 'hsot', 'HOST'])
    assert.is(nearestName(written, KNOWN), 'host', written);
});

test('dashes and underscores do not count', () => {
  assert.is(nearestName('listen-port', KNOWN), 'listen_port');
  assert.is(nearestName('sourceport', KNOWN), 'source_port');
});

test('a part of a name finds it when no other name has that part', () => {
  assert.is(nearestName('password', KNOWN), 'source_password');
  assert.is(nearestName('port', KNOWN), undefined);
});

test('what resembles nothing finds nothing', () => {
  assert.is(nearestName('zzzzzz', KNOWN), undefined);
  assert.is(nearestName('', []), undefined);
  assert.is(nearestName('x'.repeat(100_000), KNOWN), undefined);
});

test('a known name is nearest to itself, and any text finds a known name or none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (written) => {
      const nearest = nearestName(written, KNOWN);
      assert.ok(nearest === undefined || KNOWN.includes(nearest));
    }),
    { seed: 3 },
  );
  for (const name of KNOWN) assert.is(nearestName(name, KNOWN), name);
});

test.run();
