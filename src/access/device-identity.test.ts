import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DeviceIdentity, deviceCookie, identify, NO_DEVICE_COOKIE, newDevice } from './device-identity.ts';

const test = suite('device identity');

const token = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const headerId = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);

function known(found: ReturnType<typeof identify>): DeviceIdentity {
  if (found === undefined || found === 'malformed') throw new Error(`${found}`);
  return found;
}

test('a new device is known again by the cookie that it was given', () => {
  const device = newDevice();
  const header = deviceCookie(device.token ?? '');
  assert.match(header, /^pipit_device=[A-Za-z0-9_-]{22}; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(identify(header.split(';')[0], undefined), device);
  assert.is.not(newDevice().key, device.key);
  assert.match(NO_DEVICE_COOKIE, /^pipit_device=; Max-Age=0; Path=\//);
});

test('the key tells nothing that would let somebody act as the device', () => {
  fc.assert(
    fc.property(token, (secret) => {
      const { key } = known(identify(`pipit_device=${secret}`, undefined));
      assert.match(key, /^[0-9a-f]{64}$/);
      assert.not(key.includes(secret));
      assert.is(identify(`pipit_device=${key}`, undefined), undefined);
      assert.is.not(known(identify(undefined, key)).key, key);
    }),
  );
});

test('a cookie is found among others, wherever it stands', () => {
  const others = fc.array(fc.stringMatching(/^[!#-+.-:A-Z^-z~]{0,20}=?[!#-+.-:<-Z^-z~]{0,20}$/), { maxLength: 5 });
  fc.assert(
    fc.property(token, others, others, (secret, before, after) => {
      fc.pre(![...before, ...after].some((pair) => pair.startsWith('pipit_device')));
      const cookie = [...before, `pipit_device=${secret}`, ...after].join('; ');
      assert.is(known(identify(cookie, undefined)).token, secret);
    }),
  );
});

test('the header counts more than the cookie, and is somebody else than a cookie of the same text', () => {
  fc.assert(
    fc.property(token, headerId, (secret, id) => {
      const byHeader = known(identify(`pipit_device=${secret}`, id));
      assert.equal(byHeader, known(identify(undefined, id)));
      assert.is(byHeader.token, undefined);
      assert.is.not(known(identify(undefined, secret)).key, known(identify(`pipit_device=${secret}`, undefined)).key);
    }),
  );
});

test('two that show different things are two', () => {
  fc.assert(
    fc.property(headerId, headerId, (one, other) => {
      const isSame = known(identify(undefined, one)).key === known(identify(undefined, other)).key;
      assert.is(isSame, one === other);
    }),
  );
});

test('a header that is no id is malformed, whatever else is shown', () => {
  const bad = fc.string({ unit: 'binary', maxLength: 100 }).filter((id) => !/^[A-Za-z0-9._-]{1,64}$/.test(id));
  fc.assert(
    fc.property(bad, token, (id, secret) => {
      assert.is(identify(`pipit_device=${secret}`, id), 'malformed');
    }),
  );
  assert.is(identify(undefined, ''), 'malformed');
  assert.is(identify(undefined, 'x'.repeat(65)), 'malformed');
  assert.is(identify(undefined, 'kitchen\n'), 'malformed');
});

test('whatever stands in a cookie, it never throws, and only a token that is one counts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (cookie) => {
      assert.is(identify(cookie, undefined), undefined);
    }),
  );
  const secret = 'A'.repeat(22);
  for (const cookie of [
    `pipit_device=${secret}A`,
    `pipit_device="${secret}"`,
    `Pipit_Device=${secret}`,
    'pipit_device',
  ]) {
    assert.is(identify(cookie, undefined), undefined, cookie);
  }
  assert.is(known(identify(`pipit_device=no; pipit_device=${secret}`, undefined)).token, secret);
});

test.run();
