import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cardText } from './card-text.ts';

const test = suite('text of the card');

const MARK = '\ufeff';
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** What editors make of one text. */
const EDITORS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(MARK + text),
  'UTF-16, the lower byte first': (text) => Buffer.from(MARK + text, 'utf16le'),
  'UTF-16, the higher byte first': (text) => utf16be(MARK + text),
};
const LINE_ENDS = ['\n', '\r\n', '\r'];

const lines = fc.array(
  fc
    .string({ unit: 'grapheme' })
    .map((line) => line.replaceAll(/[\r\n\0]/g, ' '))
    .filter((line) => !line.startsWith(MARK)),
  { maxLength: 6 },
);

test('every letter comes out as it was typed, whichever editor wrote it and however its lines end', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom(...LINE_ENDS), (typed, lineEnd) => {
      for (const [editor, encode] of Object.entries(EDITORS)) {
        const wanted = { text: typed.join('\n'), isGuessed: false };
        assert.equal(cardText(encode(typed.join(lineEnd))), wanted, editor);
      }
    }),
  );
});

test('letters of Windows without a mark are guessed, and said to be; those of ASCII never are', () => {
  assert.equal(cardText(Buffer.from('name = "Grüße"', 'latin1')), { text: 'name = "Grüße"', isGuessed: true });
  assert.equal(cardText(Uint8Array.of(0x93, 0x61, 0x94)), { text: '“a”', isGuessed: true });
  fc.assert(
    fc.property(fc.uint8Array({ max: 0x7f }), (bytes) => {
      assert.is(cardText(bytes).isGuessed, false);
    }),
  );
});

test('zero bytes are no letters: a card that lost its power has them, and UTF-16 without a mark', () => {
  assert.is(cardText(Buffer.from('hostname = "a"\n\0\0\0\0')).text, 'hostname = "a"\n');
  assert.is(cardText(Buffer.from('hostname = "a"', 'utf16le')).text, 'hostname = "a"');
});

test('whatever bytes there are, it is text, with line feeds alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom([], [0xff, 0xfe], [0xfe, 0xff]), (bytes, mark) => {
      assert.not.match(cardText(Uint8Array.from([...mark, ...bytes])).text, /[\r\0]/);
    }),
  );
});

test.run();
