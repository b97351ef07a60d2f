import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutUrlSecrets } from './clean-url.ts';

const test = suite('clean url');

test('user, password, query and fragment go; the rest stays', () => {
  assert.is(withoutUrlSecrets('http://me:pw@radio.example:8000/a/b.mp3?key=1#x'), 'http://radio.example:8000/a/b.mp3');
  assert.is(withoutUrlSecrets('rtsp://cam.local/live'), 'rtsp://cam.local/live');
  assert.is(withoutUrlSecrets('srt://[::1]:9000?passphrase=secret'), 'srt://[::1]:9000');
  assert.is(withoutUrlSecrets('http://a:b@c@host/x'), 'http://host/x');
});

test('URLs within a text lose theirs, and what is no URL is left alone', () => {
  assert.is(withoutUrlSecrets("open 'http://u:p@h/x?k=1' failed: what?"), "open 'http://h/x' failed: what?");
  assert.is(withoutUrlSecrets('mail me@example.org?'), 'mail me@example.org?');
});

test('no password that a URL may hold comes through', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9!$&'()*+,;=%:._~-]{1,20}$/).map((text) => `S3CRET${text}`);
  fc.assert(
    fc.property(word, word, (password, query) => {
      assert.not.match(withoutUrlSecrets(`http://u:${password}@host/p?k=${query}`), 'S3CRET');
    }),
  );
});

test.run();
