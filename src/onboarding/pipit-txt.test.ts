import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatTrouble } from './card-settings.ts';
import { KEYS, readPipitTxt } from './pipit-txt.ts';
import { withoutPassword } from './without-password.ts';

const test = suite('pipit.txt');

const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)]).toString('base64')} anna@laptop`;

const read = (text: string) => readPipitTxt(Buffer.from(text));
const troublesOf = (text: string): string[] => read(text).troubles.map(formatTrouble);

test('every key becomes what it says', () => {
  const { settings, troubles } = read(`
# a remark
wifi_name     = "Café & Co"
wifi_password = "a\\b\${c}%{d}$1\\""
wifi_hidden   = true
wifi_country  = "de"
hostname      = "Kitchen-Pi.local"
station_name  = "The kitchen’s “ear”"
time_zone     = "Europe/Berlin"
ssh_key       = "${KEY}"
ssh_key       = '${KEY}'
hat           = "i2s-mic"
`);
  assert.equal(troubles, []);
  assert.equal(settings, {
    wifi: { ssid: 'Café & Co', password: `a\\b\${c}%{d}$1\\"`, isHidden: true },
    country: 'DE',
    hostname: 'kitchen-pi',
    stationName: 'The kitchen’s “ear”',
    timeZone: 'Europe/Berlin',
    sshKeys: [KEY, KEY],
    hat: 'i2s-mic',
  });
});

test('it may come from any editor', () => {
  const text = '\ufeffwifi_name = "Grüße"\r\nwifi_password = "secret12"\r\n';
  const wanted = { wifi: { ssid: 'Grüße', password: 'secret12', isHidden: false } };
  const utf16be = Buffer.from(text, 'utf16le').swap16();
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    utf16be,
    Buffer.from(text.replaceAll('\r\n', '\r')),
  ]) {
    assert.equal(readPipitTxt(bytes), { settings: wanted, troubles: [], notes: [] });
  }
});

test('letters that may be wrong are not guessed', () => {
  const { settings, troubles } = readPipitTxt(Buffer.from('hostname="a"\nwifi_name = "Grüße"\n', 'latin1'));
  assert.equal(settings, { hostname: 'a' });
  assert.match(troubles[0]?.text ?? '', /UTF-8/);
});

test('loose spelling is understood', () => {
  for (const line of [
    'hostname=kitchen',
    '  HostName : "kitchen",',
    "hostname = 'kitchen' # mine",
    'hostname = kitchen // "mine"',
    '"hostname" = "kitchen" # say "hi"',
    'hostname = "kitchen";',
  ]) {
    assert.equal(read(line), { settings: { hostname: 'kitchen' }, troubles: [], notes: [] }, line);
  }
  assert.equal(read('Wi-Fi Name = x').troubles.length, 1);
  assert.equal(read('wifi-name = "x y"').settings, { wifi: { ssid: 'x y', password: '', isHidden: false } });
});

test('curly quotes are named', () => {
  assert.match(troublesOf('\nwifi_name = “Home”')[0] ?? '', /^pipit\.txt, line 2: wifi_name: .*curly/);
  assert.match(troublesOf('wifi_name = "Home”')[0] ?? '', /curly/);
});

test('what is wrong is told with its line, and the rest counts', () => {
  const { settings, troubles } = read(`hostname = "-no-"
wifi_nmae = "x"
what is this
time_zone = "Europe/Atlantis"
time_zone = "Etc/UTC"
wifi_country = "Germany"
ssh_key = "-----BEGIN OPENSSH PRIVATE KEY-----"
ssh_key = "ssh-ed25519 AAAA anna"
station_name = "Nest"
wifi_password = "12345678"`);
  assert.equal(settings, { stationName: 'Nest' });
  assert.equal(
    troubles.map(({ line }) => line).sort((a = 0, b = 0) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 10],
  );
});

test('a password that is wrong opens no network without one, and is not told', () => {
  const { settings, troubles } = read('wifi_name = "Home"\nwifi_password = "geheim"');
  assert.equal(settings, {});
  assert.is(troubles.length, 1);
  assert.not.match(JSON.stringify(troubles), /geheim/);
});

test('nor does one that can not be read: curly quotes, no quote at the end, an encoding that is not told', () => {
  for (const bytes of [
    Buffer.from('wifi_name = "Home"\nwifi_password = “secret12”\n'),
    Buffer.from('wifi_name = "Home"\nwifi_password = "secret12\n'),
    Buffer.from('wifi_name = "Home"\nwifi_password = "geheimnü"\n', 'latin1'),
  ]) {
    const { settings, troubles } = readPipitTxt(bytes);
    assert.equal([settings, troubles.length], [{}, 1], bytes.toString());
  }
});

test('no bytes at all make it fail, and none of a password is told', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readPipitTxt(bytes).troubles.length >= 0));
  const line = fc.tuple(fc.constantFrom(...KEYS, 'x'), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      readPipitTxt(Buffer.from(lines.map(([key, value]) => `${key} = "${value}"`).join('\n')));
    }),
  );
});

test('every password that Wi-Fi takes is read letter for letter', () => {
  const password = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
    minLength: 8,
    maxLength: 63,
  });
  fc.assert(
    fc.property(password, (text) => {
      // What looks like the end of the value and a remark behind it is taken for that.
      fc.pre(!/"\s*[,;]?\s*(?:#|\/\/|$)/.test(text));
      const { settings } = read(`wifi_name = "x"\nwifi_password = "${text}"\n`);
      assert.is(settings.wifi?.password, text);
      const without = Buffer.from(withoutPassword(Buffer.from(`wifi_password = "${text}"`)) ?? []);
      assert.not.ok(without.includes(text) && text.trim() !== '');
    }),
  );
});

test('the file that is shipped sets nothing, and tells of every key', () => {
  const file = join(import.meta.dirname, '../../image/boot/pipit.txt');
  const shipped = readFileSync(file);
  assert.equal(readPipitTxt(shipped), { settings: {}, troubles: [], notes: [] });
  const examples = shipped.toString().replace(/^#(?=[a-z_]+ +=)/gm, '');
  assert.equal(readPipitTxt(Buffer.from(examples)).troubles.map(formatTrouble), []);
  for (const key of KEYS) assert.match(examples, new RegExp(`^${key} +=`, 'm'));
  assert.ok(shipped.toString().split('\r\n').length > 20, 'lines end as Windows wants them');
});

test.run();
