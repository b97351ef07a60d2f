import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawNoSignal } from './no-signal.ts';
import type { Pixels } from './pixels.ts';

const test = suite('no signal');
const lines = ['street', 'since 14:05', 'Camera /dev/video0 is not there. Plug it in, or set another device.'];

/** The rectangle outside of which every pixel is that of the corner; undefined when all are. */
function inkOf({
  width,
  height,
  data,
}: Pixels): { left: number; top: number; right: number; bottom: number } | undefined {
  const background = data.readUInt32LE(0);
  let ink: { left: number; top: number; right: number; bottom: number } | undefined;
  for (let i = 0; i < width * height; i += 1) {
    if (data.readUInt32LE(i * 4) === background) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    ink ??= { left: x, top: y, right: x, bottom: y };
    ink = { left: Math.min(ink.left, x), top: ink.top, right: Math.max(ink.right, x), bottom: y };
  }
  return ink;
}

test('what it says stands in the middle and grows with the picture', () => {
  const heights: number[] = [];
  for (const [width, height] of [
    [320, 180],
    [640, 480],
    [1280, 720],
    [1920, 1080],
    [480, 640],
  ] as const) {
    const ink = inkOf(drawNoSignal({ width, height, heading: 'NO SIGNAL', lines }));
    assert.ok(ink !== undefined);
    const { left, top, right, bottom } = ink as NonNullable<typeof ink>;
    assert.ok(Math.abs(left - (width - 1 - right)) < width * 0.05, `${left} to ${right} of ${width}`);
    assert.ok(Math.abs(top - (height - 1 - bottom)) < height * 0.05, `${top} to ${bottom} of ${height}`);
    heights.push(bottom - top);
  }
  const [small, middle, large, larger] = heights as [number, number, number, number];
  assert.ok(small < middle && middle < large && large < larger, heights.join());
});

test('heading and lines both show, and another text is another picture', () => {
  const draw = (heading: string, text: string[]) =>
    drawNoSignal({ width: 640, height: 360, heading, lines: text }).data;
  assert.not.equal(draw('NO SIGNAL', lines), draw('STARTING', lines));
  assert.not.equal(draw('NO SIGNAL', lines), draw('NO SIGNAL', lines.slice(1)));
});

test('whatever it says, and of any size, it stays within the picture', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 500 }),
      fc.string({ maxLength: 30 }),
      fc.array(fc.string({ maxLength: 120 }), { maxLength: 12 }),
      (width, height, heading, text) => {
        const pixels = drawNoSignal({ width, height, heading, lines: text });
        assert.is(pixels.data.length, width * height * 4);
        if (width < 100 || height < 100) return;
        const ink = inkOf(pixels);
        if (ink !== undefined)
          assert.ok(ink.left > 0 && ink.right < width - 1 && ink.top > 0 && ink.bottom < height - 1);
      },
    ),
    { numRuns: 60 },
  );
});

test.run();
