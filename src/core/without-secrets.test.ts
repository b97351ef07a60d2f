import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutSecrets } from './without-secrets.ts';

const test = suite('without-secrets');

test('secrets are gone wherever they stand, as JSON has them, too', () => {
  assert.is(withoutSecrets('x hunter2 y', ['hunter2']), 'x *** y');
  const awkward = 'a"b\\c\nd';
  assert.is(withoutSecrets(JSON.stringify({ awkward }), [awkward]), '{"awkward":"***"}');
  assert.is(withoutSecrets('hunter2hunter2', ['hunter2', 'hunter2hunter2']), '***');
});

test('a secret that is an ordinary word does not take the text apart', () => {
  assert.is(withoutSecrets('a cat', ['', 'a', 'cat']), 'a cat');
});

test('what URLs carry is gone, what they name stays', () => {
  assert.is(
    withoutSecrets('open rtsp://me:pw@192.0.2.5:554/live?token=1 and "https://radio.example/x"', []),
    'open rtsp://***@192.0.2.x:554/live?*** and "https://radio.example/x"',
  );
});

test('addresses lose what tells people apart, times and versions stay', () => {
  assert.is(
    withoutSecrets('192.168.1.20 came, 127.0.0.1 too, at 12:05:06.123', []),
    '192.168.1.x came, 127.0.0.1 too, at 12:05:06.123',
  );
  assert.is(
    withoutSecrets('2001:db8:1:2:3:4:5:6 and fe80::1234:5678:9abc:def0 and ::1', []),
    '2001:db8:… and fe80::… and ::1',
  );
  assert.is(withoutSecrets('aa:bb:cc:dd:ee:ff', []), 'aa:bb:…');
  assert.is(
    withoutSecrets('2026-01-02T03:04:05.678Z, 3d 04:05:06, 1.2.3', []),
    '2026-01-02T03:04:05.678Z, 3d 04:05:06, 1.2.3',
  );
});

test.run();
