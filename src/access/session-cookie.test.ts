import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noSessionCookie, sessionCookie, sessionSecretOf } from './session-cookie.ts';

const test = suite('session cookie');

test('what was given out over https is neither read nor replaced over http', () => {
  const secure = sessionCookie('abc', 60, true);
  assert.match(secure, /^__Host-pipit_session=abc; Max-Age=60; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  const shown = secure.split(';')[0];
  assert.equal([sessionSecretOf(shown, true), sessionSecretOf(shown, false)], ['abc', undefined]);
});

test('it comes back as it was given out, whatever other cookies stand beside it', () => {
  const other = fc.stringMatching(/^[a-z]{1,8}=[\w=-]{0,8}$/);
  fc.assert(
    fc.property(fc.array(other), fc.array(other), fc.boolean(), (before, after, isSecure) => {
      const own = sessionCookie('sP-9_x', 60, isSecure).split(';')[0] as string;
      assert.is(sessionSecretOf([...before, own, ...after].join('; '), isSecure), 'sP-9_x');
    }),
  );
});

test('a cookie whose name only ends or begins alike is another', () => {
  assert.is(sessionSecretOf('xpipit_session=a; pipit_session2=b', false), undefined);
  assert.is(sessionSecretOf(undefined, false), undefined);
});

test('who signs out is told to forget it', () => {
  assert.match(noSessionCookie(false), /^pipit_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
});

test.run();
