import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPipitTxt } from './pipit-txt.ts';
import { TAKEN_OVER, withoutPassword } from './without-password.ts';

const test = suite('pipit.txt without its password');

const MARK = '\ufeff';
/** What editors make of one text. */
const EDITORS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(MARK + text),
  'UTF-16, the lower byte first': (text) => Buffer.from(MARK + text, 'utf16le'),
  'UTF-16, the higher byte first': (text) => Buffer.from(MARK + text, 'utf16le').swap16(),
};

const without = (text: string): string | undefined => {
  const bytes = withoutPassword(Buffer.from(text));
  return bytes && Buffer.from(bytes).toString();
};

test('a note stands in its place, by which it stays known', () => {
  const text = '# mine\r\nwifi_name = "Home"\r\n  wifi_password = "secret12" # x\r\nhostname = "a"\r\n';
  const changed = without(text) ?? '';
  assert.is(changed, text.replace('  wifi_password = "secret12" # x', TAKEN_OVER));
  const { settings } = readPipitTxt(Buffer.from(changed));
  assert.equal(settings, { wifi: { ssid: 'Home', password: undefined, isHidden: false }, hostname: 'a' });
  assert.is(without(changed), undefined);
  assert.is(without('# wifi_password = ""\nwifi_password = ""\n'), undefined);
});

test('all other bytes are as they were, whichever editor wrote them and however the lines end', () => {
  const line = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.replaceAll(/[\r\n\0=:]/g, ' '))
    .filter((text) => !text.startsWith(MARK));
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const lines = fc.array(fc.tuple(line, end), { maxLength: 6 }).map((each) => each.flat().join(''));
  fc.assert(
    fc.property(lines, end, lines, (before, itsEnd, after) => {
      for (const [editor, encode] of Object.entries(EDITORS)) {
        const changed = withoutPassword(encode(`${before}wifi_password = "secret12"${itsEnd}${after}`));
        assert.equal(Buffer.from(changed ?? []), encode(`${before}${TAKEN_OVER}${itsEnd}${after}`), editor);
      }
    }),
  );
});

test('letters of an encoding that was guessed are not written as those that were guessed', () => {
  const others = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0);
  const bytes = Buffer.concat([others, Buffer.from('\nwifi_password = "secret12"\r\n'), others]);
  const wanted = Buffer.concat([others, Buffer.from(`\n${TAKEN_OVER}\r\n`), others]);
  assert.equal(Buffer.from(withoutPassword(bytes) ?? []), wanted);
});

test.run();
