import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PictureTreatment } from '../core/camera-settings.ts';
import { differenceOf, samplePicture } from '../picture/jpeg.testing.ts';
import { checkJpeg } from '../picture/jpeg-info.ts';
import { decodeJpeg, encodeJpeg } from '../picture/jpeg-turbo.ts';
import type { Pixels } from '../picture/pixels.ts';
import { shrunk } from '../picture/shrink.ts';
import { colourAt, FakeFrame, plain } from './fake-frame.testing.ts';
import { StoredFrame } from './stored-frame.ts';

const test = suite('stored-frame');
const NONE: PictureTreatment = { rotate: 0, flip: 'none', masks: [], overlay: 'none' };
const MASKED: PictureTreatment = { ...NONE, masks: [{ left: 0, top: 0, width: 0.5, height: 1 }] };

function stored(frame: FakeFrame, treatment = NONE): StoredFrame {
  return new StoredFrame(frame, { treatment, name: 'door', wallTime: () => new Date(0) });
}

/** A frame that came as a JPEG of that quality. */
async function jpegFrame(quality: number, pixels = samplePicture(64, 48)): Promise<FakeFrame> {
  return new FakeFrame(pixels, 0, await encodeJpeg(pixels, quality));
}

function work(): { promise: Promise<void>; finish: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, finish: resolve };
}

test("the camera's own JPEG is passed on as it is at the top level, and where it is no better than asked for", async () => {
  const frame = await jpegFrame(70);
  const own = { data: frame.jpeg, width: 64, height: 48 };
  const kept = stored(frame);
  assert.equal(kept.ownJpeg(90, 0, 90), own);
  assert.is(kept.ownJpeg(90, 0, 90)?.data, frame.jpeg);
  assert.equal(kept.ownJpeg(95, 64, 90), own);
  assert.equal(kept.ownJpeg(70, 0, 90), own);
  assert.equal(kept.ownJpeg(75, 200, 90), own);
  assert.is(kept.ownJpeg(69, 0, 90), undefined);
});

test('it is never passed on where it is to be narrower, or where anything is done to pictures', async () => {
  assert.is(stored(await jpegFrame(70)).ownJpeg(90, 63, 90), undefined);
  for (const treatment of [{ ...NONE, rotate: 180 }, { ...NONE, flip: 'both' }, { ...NONE, overlay: 'name' }, MASKED]) {
    const kept = stored(await jpegFrame(70), treatment as PictureTreatment);
    for (const level of [1, 70, 100]) assert.is(kept.ownJpeg(level, 0, 50), undefined);
  }
});

test('a camera that delivers pixels has no JPEG of its own', () => {
  assert.is(stored(new FakeFrame(plain(8, 8, 0))).ownJpeg(90, 0, 90), undefined);
});

test('it is encoded at the quality and width asked for, in its shape', async () => {
  const pixels = samplePicture(160, 120);
  for (const frame of [new FakeFrame(pixels), await jpegFrame(95, pixels)]) {
    const kept = stored(frame);
    for (const [level, width, madeWidth, madeHeight] of [
      [40, 0, 160, 120],
      [80, 80, 80, 60],
      [80, 100, 100, 75],
      [50, 500, 160, 120],
    ] as const) {
      const { data, width: toldWidth, height: toldHeight } = await kept.encode(level, width);
      const checked = checkJpeg(data);
      if (checked.jpeg === undefined) throw new Error(checked.reason);
      assert.equal([checked.width, checked.height], [madeWidth, madeHeight]);
      assert.equal([toldWidth, toldHeight], [madeWidth, madeHeight]);
      assert.is(checked.quality, level);
      const seen = await decodeJpeg(data, madeWidth, madeHeight);
      assert.ok(differenceOf(seen, shrunk(pixels, madeWidth)) < 10);
    }
  }
});

test('each width is decoded once, however many qualities are made of it', async () => {
  const frame = new FakeFrame(samplePicture(160, 120));
  const kept = stored(frame);
  await Promise.all([kept.encode(90, 0), kept.encode(70, 0), kept.encode(50, 80), kept.encode(50, 160)]);
  await kept.encode(30, 0);
  await kept.encode(30, 80);
  assert.equal(frame.asked, [160, 80]);
});

test('and treated once: its memory is the same for all', async () => {
  let times = 0;
  const kept = new StoredFrame(new FakeFrame(samplePicture(160, 120)), {
    treatment: { ...NONE, rotate: 90, overlay: 'both' },
    name: 'door',
    wallTime: () => {
      times += 1;
      return new Date(0);
    },
  });
  assert.equal([kept.width, kept.height], [120, 160]);
  const seen = new Set<Pixels>();
  const look = async (pixels: Pixels) => seen.add(pixels);
  await Promise.all([kept.use(0, look), kept.use(120, look), kept.use(60, look), kept.encode(50, 60)]);
  assert.equal(
    [...seen].map(({ width, height }) => [width, height]),
    [
      [120, 160],
      [60, 80],
    ],
  );
  assert.is(times, 2);
});

test('what is masked is black at every width and quality', async () => {
  const kept = stored(await jpegFrame(90, plain(64, 48, 0xffffff)), MASKED);
  for (const [level, width] of [
    [95, 0],
    [20, 32],
  ] as const) {
    const { data, width: madeWidth, height } = await kept.encode(level, width);
    const seen = await decodeJpeg(data, madeWidth, height);
    assert.ok((colourAt(seen, 3, 3) & 0xff) < 16);
    assert.ok((colourAt(seen, madeWidth - 3, 3) & 0xff) > 240);
  }
});

test('a frame that is forgotten is disposed of once, at once when nothing is being made of it', async () => {
  const frame = new FakeFrame(plain(16, 16, 0));
  const kept = stored(frame);
  await kept.encode(50, 0);
  await kept.encode(50, 8);
  assert.is(frame.disposed, 0);
  kept.release();
  assert.is(frame.disposed, 1);
});

test('a frame that is forgotten while something is being made of it lasts until that is done', async () => {
  const frame = new FakeFrame(plain(64, 64, 0x40c040));
  const kept = stored(frame);
  const { promise, finish } = work();
  const using = kept.use(0, async (pixels) => {
    await promise;
    return colourAt(pixels, 5, 5);
  });
  const encoding = kept.encode(90, 32);
  kept.release();
  assert.is(frame.disposed, 0);
  assert.is((await encoding).width, 32);
  assert.is(frame.disposed, 0);
  finish();
  assert.is(await using, 0x40c040);
  assert.is(frame.disposed, 1);
});

test('a frame that is held may still be decoded when it has been forgotten meanwhile', async () => {
  const frame = new FakeFrame(plain(64, 64, 0));
  const kept = stored(frame);
  const { promise, finish } = work();
  const held = kept.hold(async () => {
    await promise;
    return await kept.encode(50, 0);
  });
  kept.release();
  finish();
  assert.is((await held).width, 64);
  assert.is(frame.disposed, 1);
});

test('the memory of pixels goes when a newer frame has come and nobody works with them', async () => {
  const kept = stored(new FakeFrame(plain(64, 64, 0)));
  const idle = await kept.use(32, async (pixels) => pixels);
  const { promise, finish } = work();
  let busy: Pixels | undefined;
  const using = kept.use(0, async (pixels) => {
    busy = pixels;
    await promise;
  });
  await kept.use(0, async () => {});
  assert.is(idle.data.length, 32 * 32 * 4);
  kept.supersede();
  await new Promise(setImmediate);
  assert.is(idle.data.length, 0);
  assert.is(busy?.data.length, 64 * 64 * 4);
  finish();
  await using;
  await new Promise(setImmediate);
  assert.is(busy?.data.length, 0);
});

test('only so many widths are kept decoded', async () => {
  const frame = new FakeFrame(plain(64, 64, 0));
  const kept = stored(frame);
  const pixels = await Promise.all([10, 20, 30, 40, 50].map((width) => kept.use(width, async (some) => some)));
  await new Promise(setImmediate);
  assert.equal(
    pixels.map(({ data }) => data.length > 0),
    [false, false, true, true, true],
  );
  await kept.use(50, async () => {});
  await kept.use(10, async () => {});
  assert.equal(frame.asked, [10, 20, 30, 40, 50, 10]);
});

test('a damaged JPEG fails for everybody who asks, is decoded once, and disposed of once', async () => {
  const { jpeg } = await jpegFrame(70);
  const frame = new FakeFrame(plain(64, 48, 0), 0, (jpeg as Buffer).subarray(0, 300));
  const kept = stored(frame);
  const failures = await Promise.allSettled([kept.encode(50, 0), kept.encode(40, 0), kept.encode(50, 16)]);
  for (const failure of failures) {
    assert.is(failure.status === 'rejected' && (failure.reason as { code: string }).code, 'picture.damaged');
  }
  kept.release();
  assert.is(frame.disposed, 1);
});

test('a failure of which nobody is left to hear is none', async () => {
  const frame = new FakeFrame(plain(64, 48, 0), 0, Buffer.from('no jpeg at all'));
  const kept = stored(frame);
  const encoding = kept.encode(50, 0).catch(() => 'failed');
  kept.release();
  assert.is(await encoding, 'failed');
  // An unhandled rejection would end this test's process by now.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(frame.disposed, 1);
});

test.run();
