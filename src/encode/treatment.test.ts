import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ffmpeg, see, TestCameraContext } from '../capture/camera/camera.testing.ts';
import { FileCamera } from '../capture/camera/file-camera.ts';
import type { Mask, PictureTreatment } from '../core/camera-settings.ts';
import { fillRectangle } from '../picture/draw.ts';
import type { Pixels } from '../picture/pixels.ts';
import { shrunk } from '../picture/shrink.ts';
import { colourAt, plain } from './fake-frame.testing.ts';
import { isTreated, isUpended, treat } from './treatment.ts';

const test = suite('treatment');
const NONE: PictureTreatment = { rotate: 0, flip: 'none', masks: [], overlay: 'none' };
const GREY = 0x808080;
const RED = 0xff0000;
const INPUT = { name: 'door', takenAt: new Date(2026, 10, 21, 14, 5, 9) };

/** A grey picture whose first pixel is red. */
function marked(width: number, height: number): Pixels {
  const pixels = plain(width, height, GREY);
  fillRectangle(pixels, 0, 0, 1, 1, RED);
  return pixels;
}

function whereIs(pixels: Pixels, colour: number): [number, number] | undefined {
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) if (colourAt(pixels, x, y) === colour) return [x, y];
  }
  return undefined;
}

/** The smallest rectangle around all that is not grey: left, top, right, bottom. */
function changedIn(pixels: Pixels): [number, number, number, number] {
  let [left, top, right, bottom] = [pixels.width, pixels.height, 0, 0];
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) {
      if (colourAt(pixels, x, y) === GREY) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return [left, top, right, bottom];
}

test('a picture that nothing is done to stays as it is', () => {
  const pixels = marked(8, 4);
  assert.is(treat(pixels, NONE, INPUT), pixels);
  assert.not(isTreated(NONE));
});

test('each treatment by itself makes a picture a treated one', () => {
  const mask = { left: 0, top: 0, width: 0.1, height: 0.1 };
  for (const one of [{ rotate: 180 }, { flip: 'vertical' }, { masks: [mask] }, { overlay: 'clock' }] as const) {
    assert.ok(isTreated({ ...NONE, ...one }), JSON.stringify(one));
  }
});

test('a picture is turned clockwise, then mirrored', () => {
  for (const [rotate, flip, x, y] of [
    [90, 'none', 3, 0],
    [180, 'none', 7, 3],
    [270, 'none', 0, 7],
    [0, 'horizontal', 7, 0],
    [0, 'vertical', 0, 3],
    [0, 'both', 7, 3],
    [90, 'horizontal', 0, 0],
    [90, 'vertical', 3, 7],
  ] as const) {
    const treatment = { ...NONE, rotate, flip };
    const treated = treat(marked(8, 4), treatment, INPUT);
    assert.equal(whereIs(treated, RED), [x, y], `${rotate} ${flip}`);
    assert.equal([treated.width, treated.height], isUpended(treatment) ? [4, 8] : [8, 4]);
  }
});

test('a mask lies where viewers see it, after turning', () => {
  const masks = [{ left: 0.5, top: 0, width: 0.5, height: 0.25 }];
  const treated = treat(plain(80, 40, GREY), { ...NONE, rotate: 90, masks }, INPUT);
  // One more to each side than what it touches.
  assert.equal(changedIn(treated), [19, 0, 40, 21]);
  assert.is(colourAt(treated, 30, 10), 0);
});

test('several masks are all painted', () => {
  const masks = [
    { left: 0, top: 0, width: 0.1, height: 0.1 },
    { left: 0.9, top: 0.9, width: 0.1, height: 0.1 },
  ];
  const treated = treat(plain(100, 100, GREY), { ...NONE, masks }, INPUT);
  assert.is(colourAt(treated, 5, 5), 0);
  assert.is(colourAt(treated, 95, 95), 0);
  assert.is(colourAt(treated, 50, 50), GREY);
});

const part = fc.double({ min: 0, max: 1, noNaN: true });
const maskArbitrary = fc.tuple(part, part, part, part).map(([left, top, width, height]): Mask => {
  return { left, top, width: Math.max(1e-6, width * (1 - left)), height: Math.max(1e-6, height * (1 - top)) };
});

test('a mask covers every pixel that it touches, at any size', () => {
  fc.assert(
    fc.property(
      maskArbitrary,
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 70 }),
      (mask, width, height) => {
        const treated = treat(plain(width, height, GREY), { ...NONE, masks: [mask] }, INPUT);
        for (let y = 0; y < height; y += 1) {
          for (let x = 0; x < width; x += 1) {
            const isTouched =
              x + 1 > mask.left * width &&
              x < (mask.left + mask.width) * width &&
              y + 1 > mask.top * height &&
              y < (mask.top + mask.height) * height;
            if (isTouched) assert.is(colourAt(treated, x, y), 0, `${x}, ${y}`);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('nothing of what a mask hides is left in a picture that was made smaller before', () => {
  fc.assert(
    fc.property(
      maskArbitrary,
      fc.integer({ min: 8, max: 200 }),
      fc.integer({ min: 8, max: 150 }),
      fc.integer({ min: 1, max: 200 }),
      (mask, width, height, wanted) => {
        const scene = plain(width, height, 0);
        const { left, top } = mask;
        // Whole pixels that the mask touches at full size.
        const x = Math.floor(left * width);
        const y = Math.floor(top * height);
        const right = Math.ceil((left + mask.width) * width);
        const bottom = Math.ceil((top + mask.height) * height);
        fillRectangle(scene, x, y, right - x, bottom - y, 0xffffff);
        const small = shrunk(scene, Math.min(width, wanted));
        const treated = treat(small, { ...NONE, masks: [mask] }, INPUT);
        for (let i = 0; i < treated.data.length; i += 1) if (i % 4 !== 3) assert.is(treated.data[i], 0);
      },
    ),
    { numRuns: 300 },
  );
});

test('nor where FFmpeg made it smaller, which mixes pixels with those beside them', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-treatment-'));
  const path = join(dir, 'box.avi');
  // White where the mask will be, from pixel 64 to 96 and 32 to 64 of 192x128.
  const picture = 'color=black:size=192x128:rate=5:duration=1,drawbox=x=64:y=32:w=32:h=32:color=white:t=fill';
  ffmpeg('-f', 'lavfi', '-i', picture, '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', path);
  const mask = { left: 64 / 192, top: 32 / 128, width: 32 / 192, height: 32 / 128 };
  const camera = new FileCamera({ type: 'file', path }, new TestCameraContext());
  await see(camera.read(new AbortController().signal), 1, (frame) => {
    for (let width = 12; width <= 192; width += 1) {
      const treated = treat(frame.toPixels(width), { ...NONE, masks: [mask] }, INPUT);
      // Edges of colour, of which there is a quarter as much, make black not quite black.
      for (let i = 0; i < treated.data.length; i += 1) if (i % 4 !== 3) assert.ok((treated.data[i] as number) < 4);
    }
  });
  rmSync(dir, { recursive: true });
});

test('the name is written at the lower left, the clock at the lower right, both inside', () => {
  for (const width of [160, 320, 640, 1280, 1920]) {
    const height = Math.round((width * 9) / 16);
    const edges = (overlay: PictureTreatment['overlay']) =>
      changedIn(treat(plain(width, height, GREY), { ...NONE, overlay }, INPUT));
    const name = edges('name');
    const clock = edges('clock');
    for (const [left, top, right, bottom] of [name, clock]) {
      assert.ok(left > 0 && right < width && bottom < height, `${width}: ${[left, top, right, bottom]}`);
      assert.ok(top > height / 2, `${width}: ${top}`);
    }
    assert.ok(name[0] < width / 20);
    assert.ok(clock[2] > (width * 19) / 20);
    const both = edges('both');
    assert.is(both[0], Math.min(name[0], clock[0]));
    assert.is(both[2], clock[2]);
  }
});

test('in a narrow picture the name stands above the clock, not under it', () => {
  const text = (name: string, overlay: PictureTreatment['overlay']) =>
    treat(plain(160, 90, GREY), { ...NONE, overlay }, { ...INPUT, name });
  const [, top, , bottom] = changedIn(text('garden-door', 'name'));
  const [, topOfBoth, , bottomOfBoth] = changedIn(text('garden-door', 'both'));
  assert.is(bottomOfBoth, bottom);
  assert.is(topOfBoth, top - (bottom - top));
});

test('the clock is that of the moment when the picture was taken', () => {
  const at = (takenAt: Date) => treat(plain(320, 180, GREY), { ...NONE, overlay: 'clock' }, { name: '', takenAt }).data;
  const { takenAt } = INPUT;
  assert.ok(at(takenAt).equals(at(new Date(takenAt.getTime() + 900))));
  assert.not(at(takenAt).equals(at(new Date(takenAt.getTime() + 1_000))));
});

test('what is written lies over what is masked', () => {
  const masks = [{ left: 0, top: 0, width: 1, height: 1 }];
  const treated = treat(plain(320, 180, GREY), { ...NONE, masks, overlay: 'name' }, INPUT);
  assert.ok(whereIs(treated, 0xffffff) !== undefined);
  assert.is(whereIs(treated, GREY), undefined);
});

test.run();
