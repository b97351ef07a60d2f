import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KnownHosts } from './known-hosts.ts';

const test = suite('known hosts');

function hosts(...allowed: string[]): KnownHosts {
  const known = new KnownHosts('Pipit.Example.net');
  known.configure(allowed);
  return known;
}

test('names of the own network, addresses, the name of the machine and allowed ones are known, with and without port', () => {
  for (const name of [
    'pipit',
    'pipit.local',
    'PIPIT.LAN',
    'a.b.home.arpa',
    'x.internal',
    'pipit.fritz.box',
    'localhost',
    '10.0.0.1',
    '[fd00::1]',
    'pipit.example.net',
    'radio.example.org',
    'pipit.local.',
  ]) {
    for (const port of ['', ':8001']) assert.ok(hosts('Radio.example.org').knows(`${name}${port}`), `${name}${port}`);
  }
  assert.ok(hosts().knows(undefined));
  assert.ok(hosts().knows(''));
});

test('any other name on the internet is not, nor what only looks like one of ours', () => {
  for (const name of [
    'evil.example',
    'local.evil.example',
    'pipit.locals',
    'evillocal.example',
    '10.0.0.1.evil.example',
    '0x7f.1',
    '127.1',
    '.local.evil',
    'a..local',
    'a b.local',
    '[evil]',
    '::1',
    'x@pipit.local',
    'pipit.local/',
    'pipit.local:x',
    ':8001',
    'radio.example.org',
  ]) {
    assert.not(hosts().knows(name), name);
  }
});

test('no text makes it known that does not end in a name of ours', () => {
  const known = hosts();
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      fc.pre(
        !/\.(local|lan|internal|localhost)$|\.home\.arpa$|\.fritz\.box$|^pipit\.example\.net$/.test(
          domain.toLowerCase(),
        ),
      );
      assert.not(known.knows(domain));
      assert.not(known.knows(`${domain}:80`));
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void known.reasonAgainst(text)));
});

test('what is allowed can change', () => {
  const known = hosts();
  assert.not(known.knows('radio.example.org'));
  known.configure(['radio.example.org']);
  assert.ok(known.knows('radio.example.org'));
});

test.run();
