import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { MediaError } from '../core/errors.ts';
import { samplePicture } from '../picture/jpeg.testing.ts';
import { encodeJpeg } from '../picture/jpeg-turbo.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { FakeFrame, plain } from './fake-frame.testing.ts';
import { FrameStore } from './frame-store.ts';
import { PictureMaker, type PictureOrder } from './picture-maker.ts';

const test = suite('picture-maker');
const ORDER: PictureOrder = { sequence: 1, level: 50, width: 0, format: 'jpeg', topLevel: 90 };

function makerOf(...frames: FakeFrame[]) {
  const counters = new CounterSet();
  const log = new RecordingLog();
  const store = new FrameStore(
    { wallTime: () => new Date(0) },
    { name: 'door', treatment: { rotate: 0, flip: 'none', masks: [], overlay: 'none' } },
  );
  for (const frame of frames) store.add(frame);
  const maker = new PictureMaker({ clock: systemClock, log, counters, store });
  return { maker, store, counters: () => counters.snapshot(), log };
}

test('a picture comes with its size and what it took', async () => {
  const { maker, counters } = makerOf(new FakeFrame(samplePicture(160, 120)));
  const made = await maker.make({ ...ORDER, width: 80 });
  assert.equal([made?.width, made?.height], [80, 60]);
  assert.is(made?.data.toString('hex', 0, 3), 'ffd8ff');
  assert.ok((made?.encodeUs ?? 0) > 0);
  assert.is(counters()['pictures_encoded_total'], 1);
  assert.is(counters()['pictures_passed_through_total'], 0);
});

test("the camera's own JPEG costs nothing and does not wait for a turn", async () => {
  const pixels = samplePicture(640, 480);
  const jpeg = await encodeJpeg(pixels, 80);
  const { maker, counters } = makerOf(new FakeFrame(pixels, 0, jpeg));
  const finished: string[] = [];
  const others = [10, 20, 30, 40, 50].map((level) => maker.make({ ...ORDER, level }).then(() => finished.push('made')));
  const own = await maker.make({ ...ORDER, level: 90 });
  assert.equal(finished, []);
  assert.equal(own, { data: jpeg, sequence: 1, ptsUs: 0, width: 640, height: 480, encodeUs: 0 });
  await Promise.all(others);
  assert.is(counters()['pictures_encoded_total'], 5);
  assert.is(counters()['pictures_passed_through_total'], 1);
});

test('webp and avif are made of it too, and of its own JPEG at the top level', async () => {
  const pixels = samplePicture(160, 120);
  const { maker } = makerOf(new FakeFrame(pixels, 0, await encodeJpeg(pixels, 80)));
  const webp = await maker.make({ ...ORDER, level: 90, format: 'webp' });
  assert.is(webp?.data.toString('latin1', 8, 12), 'WEBP');
  const avif = await maker.make({ ...ORDER, level: 90, width: 80, format: 'avif' });
  assert.is(avif?.data.toString('latin1', 4, 12), 'ftypavif');
  assert.equal([avif?.width, avif?.height], [80, 60]);
});

test('the newest frame stands for one that is gone; one that never was makes no picture', async () => {
  const { maker, counters } = makerOf(...Array.from({ length: 4 }, (_, at) => new FakeFrame(plain(8, 8, 0), at)));
  const made = await maker.make({ ...ORDER, sequence: 1 });
  assert.equal([made?.sequence, made?.ptsUs], [4, 3]);
  assert.is(await maker.make({ ...ORDER, sequence: 5 }), undefined);
  assert.is(counters()['pictures_encoded_total'], 1);
});

test('a picture that waits for its turn is made even if its frame is forgotten meanwhile', async () => {
  const frames = Array.from({ length: 6 }, () => new FakeFrame(samplePicture(320, 240)));
  const { maker, store } = makerOf(frames[0] as FakeFrame);
  const making = [10, 20, 30, 40, 50, 60].map((level) => maker.make({ ...ORDER, level, width: 10 * (level / 10) }));
  for (const frame of frames.slice(1)) store.add(frame);
  assert.is(frames[0]?.disposed, 0);
  for (const made of await Promise.all(making)) assert.ok(made !== undefined);
  assert.is(frames[0]?.disposed, 1);
});

test('a damaged frame makes no picture, and counts as one however many ask for it', async () => {
  const jpeg = (await encodeJpeg(samplePicture(64, 48), 80)).subarray(0, 500);
  const { maker, counters, log } = makerOf(
    new FakeFrame(plain(64, 48, 0), 0, jpeg),
    new FakeFrame(plain(64, 48, 0), 0, jpeg),
  );
  const orders = [1, 2, 1, 2].map((sequence, i) => maker.make({ ...ORDER, sequence, level: 10 + i }));
  assert.equal(await Promise.all(orders), [undefined, undefined, undefined, undefined]);
  assert.is(await maker.make(ORDER), undefined);
  assert.is(counters()['capture_damaged_frames_total'], 2);
  assert.equal(log.lines, []);
});

/** A frame of a format that nobody can convert. */
class OddFrame extends FakeFrame {
  override toPixels(): never {
    throw new MediaError('capture.odd-picture', 'an odd picture', { remedy: 'Set another format.' });
  }
}

test('other trouble with a picture is told once, not with every picture', async () => {
  const { maker, counters, log } = makerOf(new OddFrame(plain(8, 8, 0)), new OddFrame(plain(8, 8, 0)));
  assert.is(await maker.make(ORDER), undefined);
  assert.is(await maker.make({ ...ORDER, sequence: 2 }), undefined);
  assert.equal(log.messages('warning'), ['an odd picture. Set another format.']);
  assert.is(counters()['capture_damaged_frames_total'], 0);
});

test('a mistake of our own is thrown', async () => {
  const { maker } = makerOf(new FakeFrame(plain(8, 8, 0)));
  try {
    await maker.make({ ...ORDER, level: 1_000 });
  } catch (error) {
    assert.match((error as Error).message, /quality/);
    return;
  }
  assert.unreachable();
});

test('so many stills wait in line, not more', async () => {
  const { maker } = makerOf(new FakeFrame(samplePicture(320, 240)));
  const stills = Array.from({ length: 20 }, () => maker.make({ ...ORDER, format: 'webp' }));
  const made = (await Promise.all(stills)).filter((still) => still !== undefined);
  assert.is(made.length, 9);
});

test.run();
