import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture, PictureWish } from '../core/picture.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { VideoUnit } from '../core/video-unit.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { Audience } from './audience.ts';
import { CameraFeed } from './camera-feed.ts';
import type { CameraRunner } from './camera-runner.ts';
import { FrameCache } from './frame-cache.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';

const test = suite('camera feed');
const LEVELS = [90, 70, 50];
const EVERYTHING: ViewerWish = { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 };
const STOPPED: SourceStatus = { state: 'stopped', detail: '', error: undefined, sinceUs: 0, restarts: 0 };

/** A connection that takes everything at once. */
class Screen implements PictureSink {
  readonly pictures: Picture[] = [];
  readonly unacknowledgedBytes = 0;
  bytesSent = 0;
  onDrain = (): void => {};
  onClose = (): void => {};

  send(picture: Picture): boolean {
    this.pictures.push(picture);
    this.bytesSent += picture.data.length;
    return true;
  }

  close(): void {
    this.onClose();
  }

  get last(): Picture | undefined {
    return this.pictures.at(-1);
  }
}

/** A camera that delivers when the test says so. */
class FakeRunner implements CameraRunner {
  status = STOPPED;
  readonly said: string[] = [];
  readonly rates: number[] = [];
  isAnswering = true;
  encodes = 0;

  start(): void {
    this.said.push('start');
  }

  async stop(): Promise<void> {
    this.said.push('stop');
  }

  setRate(fps: number): void {
    if (this.rates.at(-1) !== fps) this.rates.push(fps);
  }

  wantVideo(isWanted: boolean): void {
    this.said.push(isWanted ? 'video' : 'no video');
  }

  encode(frame: Frame, wish: PictureWish): Promise<Picture | undefined> {
    return this.encodeStill(frame, wish, 'jpeg');
  }

  async encodeStill(frame: Frame, { level, width }: PictureWish, format: string): Promise<Picture | undefined> {
    this.encodes += 1;
    if (!this.isAnswering) return undefined;
    const data = Buffer.from(`${format} ${frame.sequence} ${level} ${width}`);
    return { ...frame, width: width || frame.width, level, data, encodeUs: 1000 };
  }
}

function open(options: { idleCloseMs?: number; keepOpen?: boolean } = {}) {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const counters = new CounterSet();
  const cache = new FrameCache({ encoder: runner, counters }, { levels: [...LEVELS, 30] });
  const audience: Audience = new Audience(
    {
      clock,
      cache,
      counters,
      onOccupied: () => feed.onOccupied(),
      onEmpty: () => feed.onEmpty(),
      onWantedFps: () => feed.onWantedFps(),
    },
    { isAdaptive: true, levels: LEVELS, minQuality: 30, maxQuality: 95, targetKbps: 8000, stallTimeoutMs: 30_000 },
  );
  const feed: CameraFeed = new CameraFeed(
    { clock, runner, cache, audience, wallTime: () => new Date('2026-11-21T14:05:00') },
    { name: 'nest', fps: 20, idleCloseMs: 10_000, keepOpen: false, ...options },
  );
  let sequence = 0;
  let viewers = 0;
  /** The camera delivers a frame. */
  async function frame(): Promise<void> {
    feed.onFrame({ sequence: ++sequence, ptsUs: clock.nowUs(), width: 640, height: 480 });
    await settled();
  }
  return {
    clock,
    runner,
    feed,
    cache,
    frame,
    async watch(wish: ViewerWish = EVERYTHING) {
      const screen = new Screen();
      const viewer = feed.join(screen, wish, { id: ++viewers, address: '', userAgent: '', transport: 'test' });
      await settled();
      return { screen, viewer };
    },
    /** Seconds pass, with frames or without. */
    async pass(seconds: number, isDelivering = false) {
      for (let step = 0; step < seconds * 20; step += 1) {
        clock.advance(50);
        if (isDelivering) await frame();
        await settled();
      }
    },
  };
}

/** What is encoded in threads, and what hangs on it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isSo(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.ok(isSo());
}

test('the camera is open while somebody watches, and its frames go to all of them', async () => {
  const { runner, frame, watch, pass, feed } = open();
  assert.equal(runner.said, []);
  const first = await watch();
  assert.equal(runner.said, ['start']);
  await frame();
  const second = await watch();
  assert.is(second.screen.last?.sequence, 1, 'whoever comes later sees the newest frame at once');
  await pass(0.05, true);
  assert.equal([first.screen.last?.sequence, second.screen.last?.sequence], [2, 2]);
  first.screen.close();
  second.screen.close();
  assert.is(feed.audience.count, 0);
  await pass(9);
  assert.equal(runner.said, ['start']);
  await pass(2);
  assert.equal(runner.said, ['start', 'stop']);
});

test('it runs no faster than the fastest wishes, and for nobody just fast enough to show that it lives', async () => {
  const { runner, watch, feed, pass } = open({ keepOpen: true });
  feed.start();
  await settled();
  assert.equal([runner.said, runner.rates.at(-1)], [['start'], 1]);
  const slow = await watch({ ...EVERYTHING, fps: 5 });
  assert.is(runner.rates.at(-1), 5);
  const all = await watch();
  assert.is(runner.rates.at(-1), 20);
  all.viewer.wish = { ...EVERYTHING, fps: 8 };
  assert.is(runner.rates.at(-1), 8);
  all.screen.close();
  slow.screen.close();
  assert.is(runner.rates.at(-1), 1);
  await pass(30);
  assert.equal(runner.said, ['start']);
});

test('a camera that falls silent shows no signal, once a second, until it is back; nobody is disconnected', async () => {
  const { watch, pass, frame, feed } = open();
  const { screen } = await watch();
  await pass(1, true);
  assert.ok((screen.last?.sequence ?? 0) > 0);
  await pass(2.5);
  assert.ok((screen.last?.sequence ?? 0) > 0, 'a short gap is nothing to speak of');
  await pass(2);
  await until(() => screen.last?.sequence === 0);
  assert.equal([screen.last?.width, screen.last?.height], [640, 480]);
  assert.equal(screen.last?.data.subarray(0, 2), Buffer.from([0xff, 0xd8]));
  assert.is(feed.isLive, false);
  const before = screen.pictures.length;
  await pass(3);
  assert.ok(screen.pictures.length - before >= 2 && screen.pictures.length - before <= 4);
  await frame();
  assert.ok((screen.last?.sequence ?? 0) > 0);
  assert.is(feed.audience.count, 1);
});

test('a camera that needs a while to open shows that it is starting', async () => {
  const { watch, pass, runner } = open();
  const { screen } = await watch();
  runner.status = { ...STOPPED, state: 'opening' };
  await pass(1);
  assert.is(screen.pictures.length, 0);
  await pass(2);
  await until(() => screen.pictures.length > 0);
  assert.is(screen.last?.sequence, 0);
});

test('muted, the camera is closed whoever watches, and they are told; its frames go nowhere', async () => {
  const { watch, pass, frame, feed, runner, cache } = open();
  const { screen } = await watch();
  await pass(1, true);
  await feed.mute(true);
  await until(() => screen.last?.sequence === 0);
  assert.equal(runner.said, ['start', 'stop']);
  assert.is(cache.stats().frames, 0);
  const taken = screen.pictures.length;
  await frame();
  assert.is(screen.pictures.length, taken);
  const still = await feed.still({ level: 70, width: 0, format: 'jpeg' }, new AbortController().signal);
  assert.is(still.isLive, false);
  const later = await watch();
  await until(() => later.screen.last?.sequence === 0);
  await feed.mute(false);
  await settled();
  assert.equal(runner.said, ['start', 'stop', 'start']);
  await frame();
  assert.ok((screen.last?.sequence ?? 0) > 0);
});

test('a still is of now: the newest frame if it is fresh, or else the next one', async () => {
  const { feed, frame, clock, runner, pass } = open();
  const { signal } = new AbortController();
  const wish = { level: 68, width: 320, format: 'jpeg' } as const;
  const first = feed.still(wish, signal);
  await settled();
  assert.equal([runner.said, runner.rates.at(-1)], [['start'], 20]);
  await frame();
  const still = await first;
  assert.equal([still.isLive, still.sequence, still.level, String(still.data)], [true, 1, 70, 'jpeg 1 70 320']);
  assert.is((await feed.still(wish, signal)).etag, still.etag, 'the same picture has the same tag');
  clock.advance(60);
  const next = feed.still({ ...wish, format: 'webp' }, signal);
  await settled();
  await frame();
  assert.is(String((await next).data), 'webp 2 70 320');
  assert.is.not((await next).etag, still.etag);
  const encodes = runner.encodes;
  await Promise.all([1, 2, 3].map(() => feed.still({ ...wish, format: 'webp' }, signal)));
  assert.is(runner.encodes, encodes, 'made once for all who ask');
  await pass(12);
  assert.equal(runner.said, ['start', 'stop'], 'then nobody watches');
});

test('a still of a camera that delivers nothing says so, and one that nobody waits for ends', async () => {
  const { feed, pass } = open();
  const wish = { level: undefined, width: 0, format: 'avif' } as const;
  const still = feed.still(wish, new AbortController().signal);
  await settled();
  await pass(9);
  const { isLive, format, data } = await still;
  assert.equal([isLive, format, data[0]], [false, 'jpeg', 0xff]);
  const stop = new AbortController();
  const other = feed.still(wish, stop.signal).catch((error: unknown) => error);
  await settled();
  stop.abort(new Error('gone'));
  assert.match(String(await other), /gone/);
});

test('a still of a camera that fails says so at once', async () => {
  const { feed, runner } = open();
  const wish = { level: undefined, width: 0, format: 'jpeg' } as const;
  const still = feed.still(wish, new AbortController().signal);
  await settled();
  runner.status = { ...STOPPED, state: 'retrying' };
  feed.onStatus();
  assert.is((await still).isLive, false);
  assert.is((await feed.still(wish, new AbortController().signal)).isLive, false);
});

test('a frame that turns out to be damaged is replaced by the next one', async () => {
  const { feed, frame, runner, clock } = open();
  runner.isAnswering = false;
  const still = feed.still({ level: 70, width: 0, format: 'jpeg' }, new AbortController().signal);
  await settled();
  await frame();
  runner.isAnswering = true;
  clock.advance(60);
  await frame();
  assert.is((await still).sequence, 2);
});

test('what the box cannot afford is kept from everybody', async () => {
  const { feed, watch, pass, runner } = open();
  const { screen } = await watch({ ...EVERYTHING, level: 90 });
  await pass(1, true);
  assert.equal([screen.last?.level, screen.last?.width], [90, 640]);
  feed.limit({ maxLevel: 50, widthShare: 0.5, maxFps: 5 });
  await pass(2, true);
  assert.equal([screen.last?.level, screen.last?.width, runner.rates.at(-1)], [50, 320, 5]);
  feed.limit({ maxLevel: 100, widthShare: 1, maxFps: Number.POSITIVE_INFINITY });
  await pass(2, true);
  assert.equal([screen.last?.level, screen.last?.width, runner.rates.at(-1)], [90, 640, 20]);
});

test('coded pictures hold the camera open, and go to whoever takes them', async () => {
  const { feed, runner, pass } = open();
  const taken: VideoUnit[] = [];
  const unit = { codec: 'h264', ptsUs: 1, durationUs: 1, isKeyframe: true, data: Buffer.from('unit') } as const;
  const end = feed.takeVideo((each) => taken.push(each));
  await settled();
  assert.equal([runner.said, runner.rates.at(-1)], [['video', 'start'], 20]);
  feed.onVideoUnit(unit);
  await feed.mute(true);
  feed.onVideoUnit(unit);
  await feed.mute(false);
  assert.is(taken.length, 1);
  end();
  end();
  await pass(11);
  assert.equal(runner.said.slice(-2), ['no video', 'stop']);
});

test('it stops in any order, twice', async () => {
  const { feed, watch, runner, frame } = open();
  const { screen } = await watch();
  await feed[Symbol.asyncDispose]();
  await feed[Symbol.asyncDispose]();
  await frame();
  await feed.mute(true);
  assert.equal([runner.said.filter((word) => word === 'stop').length, screen.pictures.length], [1, 0]);
});

test.run();
