import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { iwdNetworkFile } from './iwd-network-file.ts';

const test = suite('iwd’s file of a network');

const file = (ssid: string, password: string, isHidden = false) => iwdNetworkFile({ ssid, password, isHidden });

test('a plain name is its own, any other is hexadecimal', () => {
  assert.is(file('Home Net_2-4', 'x'.repeat(8)).name, 'Home Net_2-4.psk');
  assert.is(file('Home & "Garden"', 'x'.repeat(8)).name, '=486f6d652026202247617264656e22.psk');
  assert.is(file('Café', '').name, '=436166c3a9.open');
  assert.is(file('../../etc/passwd', '').name, '=2e2e2f2e2e2f6574632f706173737764.open');
});

test('a password stands as it is, but for a backslash and a space at its start', () => {
  assert.is(file('a', 'right horse').content, '[Security]\nPassphrase=right horse\n');
  assert.is(file('a', '  b\\c # "').content, '[Security]\nPassphrase=\\s b\\\\c # "\n');
});

test('a key of 64 digits is a key, with what first-boot knows it by in place of the password', () => {
  const { content } = file('a', 'AB'.repeat(32));
  const [, mark] = /^\[Security\]\nPreSharedKey=(?:ab){32}\nPassphrase=(.+)\n$/.exec(content) ?? [];
  const script = join(import.meta.dirname, '../../image/root/files/usr/lib/pipit-image/first-boot');
  assert.ok(mark !== undefined && readFileSync(script, 'utf8').includes(`'^Passphrase=${mark}$'`));
});

test('an open network and one that hides its name', () => {
  assert.is(file('a', '').content, '');
  assert.is(file('a', '', true).content, '[Settings]\nHidden=true\n');
  assert.is(file('a', '12345678', true).content, '[Security]\nPassphrase=12345678\n[Settings]\nHidden=true\n');
});

test('whatever the name and the password, the file is one in its folder, and reads back', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
    minLength: 8,
    maxLength: 63,
  });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), printable, (ssid, password) => {
      const { name, content } = file(ssid, password);
      assert.match(name, /^(?:[A-Za-z0-9 _-]+|=(?:[0-9a-f]{2})+)\.psk$/);
      assert.ok(Buffer.byteLength(name) <= 255);
      const [, value = ''] = /^\[Security\]\nPassphrase=([^\n]*)\n$/.exec(content) ?? [];
      assert.not.match(value, /^\s/);
      const unescaped = value.replace(/\\(.)/g, (_, letter) => (letter === 's' ? ' ' : letter));
      assert.is(unescaped, password);
    }),
  );
});

test.run();
