import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VIVID, WEBCAM } from './v4l2-devices.testing.ts';
import { parseV4l2Formats, type Range, type V4l2Format } from './v4l2-formats.ts';
import { chooseV4l2Modes, describeMode, guessedV4l2Modes, type V4l2Mode } from './v4l2-mode.ts';

const test = suite('v4l2-mode');
const webcam = parseV4l2Formats(WEBCAM.formats ?? '');
const vivid = parseV4l2Formats(VIVID.formats ?? '');

function chosen(
  formats: readonly V4l2Format[],
  width: number,
  height: number,
  fps: number,
  format: 'auto' | 'yuyv422' | 'h264' = 'auto',
): string {
  const [mode] = chooseV4l2Modes(formats, { width, height, fps }, format);
  return mode === undefined ? 'none' : describeMode(mode);
}

test('a webcam is asked for JPEGs in the size and at the rate that are wanted', () => {
  assert.is(chosen(webcam, 1280, 720, 30), 'mjpeg 1280x720 at 30 a second');
  assert.is(chosen(webcam, 640, 480, 10), 'mjpeg 640x480 at 15 a second');
  assert.is(chosen(webcam, 1920, 1080, 60), 'mjpeg 1920x1080 at 30 a second');
  assert.is(chosen(webcam, 3840, 2160, 25), 'mjpeg 1920x1080 at 30 a second');
});

test('a format that is asked for is taken, as fast as it goes', () => {
  assert.is(chosen(webcam, 640, 480, 25, 'yuyv422'), 'yuyv422 640x480 at 30 a second');
  assert.is(chosen(webcam, 1280, 720, 30, 'yuyv422'), 'yuyv422 1280x720 at 10 a second');
  assert.is(chosen(webcam, 640, 480, 30, 'h264'), 'mjpeg 640x480 at 30 a second');
});

test('without JPEG there are pixels, in the nearest size of a range', () => {
  assert.is(chosen(vivid, 1285, 716, 25), 'nv12 1288x720');
  assert.is(chosen(vivid, 320, 180, 12.5), 'yuyv422 320x180 at 12.5 a second');
  assert.is(chosen(vivid.slice(0, 1), 1280, 720, 60), 'yuyv422 1280x720 at 50 a second');
});

test('size comes before rate, unless the rate is a slide show', () => {
  const only = (text: string): V4l2Format[] => parseV4l2Formats(`\t[0]: 'YUYV' (YUYV 4:2:2)\n${text}`);
  const size = (name: string, fps: number): string =>
    `\t\tSize: Discrete ${name}\n\t\t\tInterval: Discrete 0.1s (${fps}.000 fps)\n`;
  assert.is(chosen(only(size('640x480', 30) + size('1280x720', 10)), 1280, 720, 30), 'yuyv422 1280x720 at 10 a second');
  assert.is(chosen(only(size('640x480', 30) + size('1280x720', 1)), 1280, 720, 30), 'yuyv422 640x480 at 30 a second');
});

test('what cannot be read is never chosen', () => {
  assert.is(chosen(parseV4l2Formats("\t[0]: 'RG10' (Bayer)\n\t\tSize: Discrete 640x480\n"), 640, 480, 30), 'none');
});

test('a camera of which nothing is known is tried for JPEG, then for anything', () => {
  const wanted = { width: 640, height: 480, fps: 15 };
  assert.equal(
    guessedV4l2Modes(wanted, 'auto').map(({ format }) => format),
    ['mjpeg', undefined],
  );
  assert.is(guessedV4l2Modes(wanted, 'nv12')[0]?.format, 'nv12');
});

const range = (min: number, max: number): fc.Arbitrary<Range> =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const formats: fc.Arbitrary<V4l2Format[]> = fc.array(
  fc.record({
    fourcc: fc.constant('TEST'),
    name: fc.constantFrom('mjpeg', 'nv12', 'yuyv422', 'h264', undefined),
    sizes: fc.array(
      fc.record({
        width: range(16, 4000),
        height: range(16, 3000),
        stepWidth: fc.integer({ min: 1, max: 64 }),
        stepHeight: fc.integer({ min: 1, max: 64 }),
        rates: fc.array(range(1, 120), { maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 4 },
);
const wanted = fc.record({
  width: fc.integer({ min: 16, max: 4000 }),
  height: fc.integer({ min: 16, max: 3000 }),
  fps: fc.integer({ min: 1, max: 60 }),
});
const within = (value: number, { min, max }: Range): boolean => value >= min && value <= max;

function offers(all: readonly V4l2Format[], { format, width, height, fps }: V4l2Mode): boolean {
  return all.some(
    ({ name, sizes }) =>
      name === format &&
      sizes.some(
        (size) =>
          within(width, size.width) &&
          (width - size.width.min) % size.stepWidth === 0 &&
          within(height, size.height) &&
          (height - size.height.min) % size.stepHeight === 0 &&
          (fps === undefined ? size.rates.length === 0 : size.rates.some((rate) => within(fps, rate))),
      ),
  );
}

test('every mode is one that the camera lists, each size of each format once', () => {
  fc.assert(
    fc.property(formats, wanted, (all, mode) => {
      const modes = chooseV4l2Modes(all, mode, 'auto');
      const known = all.filter(({ name }) => name !== undefined);
      assert.is(modes.length, known.flatMap(({ sizes }) => sizes).length);
      assert.ok(modes.every((one) => offers(all, one)));
    }),
  );
});

test('the first mode is never one that another beats in size and rate alike', () => {
  fc.assert(
    fc.property(formats, wanted, (all, mode) => {
      const [best, ...others] = chooseV4l2Modes(all, mode, 'auto');
      const isExact = ({ width, height, fps }: V4l2Mode): boolean =>
        width === mode.width && height === mode.height && fps === mode.fps;
      if (best === undefined || isExact(best)) return;
      assert.not.ok(others.some((other) => other.format === best.format && isExact(other)));
    }),
  );
});

test('any other format comes before H.264, even where only H.264 has the size', () => {
  const size = (width: number, height: number) => ({
    width: { min: width, max: width },
    height: { min: height, max: height },
    stepWidth: 1,
    stepHeight: 1,
    rates: [],
  });
  const all = [
    { fourcc: 'H264', name: 'h264', sizes: [size(16, 16)] },
    { fourcc: 'MJPG', name: 'mjpeg', sizes: [size(16, 512)] },
  ];
  assert.is(chooseV4l2Modes(all, { width: 16, height: 16, fps: 1 }, 'auto')[0]?.format, 'mjpeg');
});

test('H.264 comes last, what was asked for by name comes first', () => {
  fc.assert(
    fc.property(formats, wanted, (all, mode) => {
      const auto = chooseV4l2Modes(all, mode, 'auto');
      if (auto.some(({ format }) => format !== 'h264')) assert.is.not(auto[0]?.format, 'h264');
      for (const format of ['h264', 'nv12'] as const) {
        const named = chooseV4l2Modes(all, mode, format);
        if (named.some((one) => one.format === format)) assert.is(named[0]?.format, format);
      }
    }),
  );
});

test.run();
