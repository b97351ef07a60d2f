import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows, glyphsOf } from './bitmap-font.ts';

const test = suite('bitmap font');
const ASCII = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
const [BOX] = glyphsOf('\u2603') as [number];

test('each printable letter of ASCII has a glyph of its own, and all but the space have dots', () => {
  const glyphs = glyphsOf(ASCII);
  assert.is(glyphs.length, 95);
  const shapes = [...glyphs, BOX].map((glyph) => glyphRows(glyph).join());
  assert.is(new Set(shapes).size, 96);
  const empty = new Array(GLYPH_ROWS).fill(0).join();
  assert.equal(shapes.map((shape, i) => (shape === empty ? ASCII[i] : '')).join(''), ' ');
});

test('no glyph is larger than the font says', () => {
  for (let glyph = 0; glyph <= BOX; glyph += 1) {
    const rows = glyphRows(glyph);
    assert.is(rows.length, GLYPH_ROWS);
    assert.ok(rows.every((bits) => bits >= 0 && bits < 1 << GLYPH_COLUMNS));
  }
});

test('accents are left off, ligatures taken apart', () => {
  assert.equal(glyphsOf('Café Übergröße Ångström'.replace('ß', 'ss')), glyphsOf('Cafe Ubergrosse Angstrom'));
  assert.equal(glyphsOf('e\u0301'), glyphsOf('e'));
  assert.equal(glyphsOf('\ufb01\u2026\u00a0x'), glyphsOf('fi... x'));
});

test('a letter that is not in the font, and a control character, is one box', () => {
  for (const letter of ['\u4e2d', '\u{1f426}', '\n', '\0', '\x7f', '\ud800']) assert.equal(glyphsOf(letter), [BOX]);
});

test.run();
