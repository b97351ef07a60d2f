import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawText, fillRectangle, textSize } from './draw.ts';
import { newPixels, type Pixels } from './pixels.ts';

const test = suite('draw');

/** A black picture inside a larger buffer, which tells whether anything was written outside. */
function framed(width: number, height: number, offset: number): { pixels: Pixels; isIntact: () => boolean } {
  const around = Buffer.alloc(width * height * 4 + 256, 0xaa);
  const from = 128 + offset;
  const data = around.subarray(from, from + width * height * 4).fill(0);
  const isIntact = () => around.every((byte, i) => byte === 0xaa || (i >= from && i < from + data.length));
  return { pixels: { width, height, data }, isIntact };
}

/** The picture as text: a dot for black, otherwise the first digit of red. */
function shown({ width, height, data }: Pixels): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const red = data[(y * width + x) * 4] as number;
      return red === 0 ? '.' : red.toString(16).charAt(0);
    }).join(''),
  );
}

function blank(width: number, height: number): Pixels {
  const pixels = newPixels(width, height);
  pixels.data.fill(0);
  return pixels;
}

test('a letter stands in its box with a gap of one dot around', () => {
  const { width, height } = textSize('T', 1);
  const pixels = blank(width, height);
  drawText(pixels, 'T', { left: 0, top: 0, scale: 1, colour: 0xf00000, background: 0x100000 });
  assert.equal(shown(pixels), [
    '1111111',
    '1fffff1',
    '111f111',
    '111f111',
    '111f111',
    '111f111',
    '111f111',
    '111f111',
    '1111111',
    '1111111',
    '1111111',
  ]);
});

test('colours have their bytes in the order of the picture', () => {
  const pixels = blank(1, 1);
  fillRectangle(pixels, 0, 0, 1, 1, 0x123456);
  assert.equal([...pixels.data], [0x12, 0x34, 0x56, 255]);
});

test('dots that touch at a corner are joined in large letters, and there only', () => {
  const scale = 4;
  const pixels = blank(textSize('/', scale).width, textSize('/', scale).height);
  drawText(pixels, '/', { left: 0, top: 0, scale, colour: 0xf00000 });
  // The second and third dot of the stroke, at columns 4 and 3 of rows 1 and 2, and the way to the fourth.
  const rows = shown(pixels)
    .slice(2 * scale, 4 * scale)
    .map((row) => row.slice(3 * scale, 6 * scale));
  assert.equal(rows, [
    '........ffff',
    '.......fffff',
    '......ffffff',
    '.....fffffff',
    '....fffffff.',
    '...fffffff..',
    '..fffffff...',
    '.fffffff....',
  ]);
});

test('texts of equal letters are equally wide, whatever stands beneath is kept without a background', () => {
  assert.equal(textSize('abc', 3), textSize('\u00e4bc', 3));
  assert.is(textSize('abcd', 2).width - textSize('abc', 2).width, 12);
  const pixels = blank(40, 12);
  fillRectangle(pixels, 0, 0, 40, 12, 0x300000);
  drawText(pixels, 'ab', { left: 0, top: 0, scale: 1, colour: 0xf00000 });
  assert.equal([...new Set(shown(pixels).join(''))].sort(), ['3', 'f']);
});

test('a rectangle covers what it says, as far as it lies in the picture', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: -25, max: 45 }))),
      fc.nat(3),
      (width, height, [x, y, across, down], offset) => {
        const { pixels, isIntact } = framed(width, height, offset);
        fillRectangle(pixels, x as number, y as number, across as number, down as number, 0xffffff);
        assert.ok(isIntact());
        shown(pixels).forEach((row, atY) => {
          [...row].forEach((dot, atX) => {
            const isInside =
              atX >= (x as number) &&
              atX < (x as number) + (across as number) &&
              atY >= (y as number) &&
              atY < (y as number) + (down as number);
            assert.is(dot, isInside ? 'f' : '.', `${atX},${atY}`);
          });
        });
      },
    ),
    { numRuns: 200 },
  );
});

test('text never writes outside the picture, nor outside its box', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.record({
        left: fc.integer({ min: -120, max: 70 }),
        top: fc.integer({ min: -60, max: 50 }),
        scale: fc.integer({ min: 1, max: 7 }),
        colour: fc.constant(0xffffff),
        background: fc.constantFrom(undefined, 0x400000),
      }),
      fc.nat(3),
      (width, height, text, { background, ...rest }, offset) => {
        const style = background === undefined ? rest : { ...rest, background };
        const { pixels, isIntact } = framed(width, height, offset);
        drawText(pixels, text, style);
        assert.ok(isIntact());
        const box = textSize(text, style.scale);
        shown(pixels).forEach((row, y) => {
          [...row].forEach((dot, x) => {
            const isInBox =
              x >= style.left && x < style.left + box.width && y >= style.top && y < style.top + box.height;
            if (!isInBox || background !== undefined) assert.is(dot === '.', !isInBox);
          });
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('what is cut off at the edges looks as it does in a larger picture', () => {
  const large = blank(200, 120);
  drawText(large, 'R&x', { left: 50, top: 40, scale: 5, colour: 0xffffff, background: 0x300000 });
  for (const [x, y] of [
    [60, 50],
    [0, 0],
    [100, 70],
  ] as const) {
    const part = blank(70, 40);
    drawText(part, 'R&x', { left: 50 - x, top: 40 - y, scale: 5, colour: 0xffffff, background: 0x300000 });
    assert.equal(
      shown(part),
      shown(large)
        .slice(y, y + 40)
        .map((row) => row.slice(x, x + 70)),
    );
  }
});

test.run();
