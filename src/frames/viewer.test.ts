import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
import { Viewer, type ViewerLimit } from './viewer.ts';
import { viewerCountersOf } from './viewer-counters.ts';
import { ViewerQuality } from './viewer-quality.ts';

const test = suite('viewer');

class FakeSink implements PictureSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  readonly sent: Picture[] = [];
  takes = true;
  isClosed = false;
  bytesSent = 0;
  unacknowledgedBytes: number | undefined = 0;

  send(picture: Picture): boolean {
    this.sent.push(picture);
    this.bytesSent += picture.data.length;
    return this.takes;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose();
  }

  drain(): void {
    this.takes = true;
    this.onDrain();
  }

  get sequences(): number[] {
    return this.sent.map(({ sequence }) => sequence);
  }
}

interface Ask {
  readonly frame: Frame;
  readonly level: number;
  readonly width: number;
  answer(picture: Picture | undefined): void;
}

class Trial {
  readonly clock = new FakeClock();
  readonly counters = new CounterSet();
  readonly sink = new FakeSink();
  readonly asks: Ask[] = [];
  readonly viewer: Viewer;
  limit: ViewerLimit = { maxLevel: 100, maxFps: Number.POSITIVE_INFINITY, maxWidth: 0 };
  isEncoding = true;
  wishes = 0;
  left = 0;
  readonly #startUs = this.clock.nowUs();

  constructor(wish: Partial<ViewerWish> = {}) {
    this.viewer = new Viewer(
      {
        clock: this.clock,
        sink: this.sink,
        cache: {
          costOf: () => 10_000,
          encodeFrame: (frame, level, _clientId, width) => {
            const { promise, resolve } = Promise.withResolvers<Picture | undefined>();
            this.asks.push({ frame, level, width, answer: resolve });
            if (this.isEncoding) resolve(pictureOf(frame, level));
            return promise;
          },
        },
        quality: new ViewerQuality(() => ({
          isAdaptive: true,
          levels: [90, 70, 50],
          minQuality: 30,
          maxQuality: 95,
          targetKbps: 8000,
        })),
        counters: viewerCountersOf(this.counters),
        limit: () => this.limit,
        onWish: () => {
          this.wishes += 1;
        },
        onLeave: () => {
          this.left += 1;
        },
      },
      {
        info: { id: 7, address: '192.0.2.7', userAgent: 'test', transport: 'mjpeg' },
        wish: { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0, ...wish },
        stallTimeoutMs: 30_000,
      },
    );
  }

  /** Frames of 25 a second, the first of them 1; lets each be encoded. */
  async offer(...sequences: number[]): Promise<void> {
    for (const sequence of sequences) {
      const ptsUs = this.#startUs + sequence * 40_000;
      await this.clock.run(Math.max(0, (ptsUs - this.clock.nowUs()) / 1000));
      this.viewer.offer({ sequence, ptsUs, width: 1280, height: 720 });
      await this.settle();
    }
  }

  settle(): Promise<void> {
    return this.clock.run(0);
  }
}

function pictureOf(frame: Frame, level = 70, bytes = 10_000): Picture {
  return { ...frame, level, data: Buffer.alloc(bytes), encodeUs: 1 };
}

test('a viewer whose connection is free is sent each frame', async () => {
  const { viewer, sink, counters, offer } = bound(new Trial());
  await offer(1, 2, 3);
  assert.equal(sink.sequences, [1, 2, 3]);
  assert.is(viewer.stats.sentFrames, 3);
  assert.is(viewer.stats.bytesSent, 30_000);
  assert.equal(counters.snapshot(), {
    viewer_sent_frames_total: 3,
    viewer_sent_bytes_total: 30_000,
    viewer_skipped_frames_total: 0,
    viewer_level_changes_total: 0,
  });
});

test('while its connection is not free the newest frame wins, the others are skipped', async () => {
  const { viewer, sink, offer, settle } = bound(new Trial());
  sink.takes = false;
  await offer(1, 2, 3, 4);
  assert.equal(sink.sequences, [1]);
  sink.drain();
  await settle();
  assert.equal(sink.sequences, [1, 4]);
  assert.is(viewer.stats.skippedFrames, 2);
});

test('while a picture is encoded the newest frame waits, and one encode is on its way at most', async () => {
  const trial = new Trial();
  trial.isEncoding = false;
  await trial.offer(1, 2, 3);
  assert.is(trial.asks.length, 1);
  trial.asks[0]?.answer(pictureOf(trial.asks[0].frame));
  await trial.settle();
  assert.equal(trial.sink.sequences, [1]);
  assert.equal(
    trial.asks.map(({ frame }) => frame.sequence),
    [1, 3],
  );
  assert.is(trial.viewer.stats.skippedFrames, 1);
});

test('a frame that is gone is passed over for a newer one', async () => {
  const trial = new Trial();
  trial.isEncoding = false;
  await trial.offer(1, 2);
  trial.isEncoding = true;
  trial.asks[0]?.answer(undefined);
  await trial.settle();
  assert.equal(trial.sink.sequences, [2]);
});

test('nothing is sent while more is on its way than the link has shown to carry', async () => {
  const { sink, offer, settle, clock } = bound(new Trial());
  sink.unacknowledgedBytes = 1_000_000;
  sink.bytesSent = 1_000_000;
  await offer(1, 2, 3);
  assert.equal(sink.sequences, []);
  sink.unacknowledgedBytes = 0;
  await clock.run(150);
  await settle();
  assert.equal(sink.sequences, [3], 'it looks again by itself');
});

test('a connection that has not told yet what becomes of its first picture is not given a second at once', async () => {
  const { sink, offer } = bound(new Trial());
  sink.unacknowledgedBytes = undefined;
  await offer(1, 2, 3, 4, 5, 6, 7);
  assert.equal(sink.sequences, [1, 4, 5, 6, 7]);
});

test('a wished rate leaves frames out, and they do not count as skipped', async () => {
  const { viewer, sink, offer } = bound(new Trial({ fps: 5 }));
  await offer(...Array.from({ length: 100 }, (_, k) => k + 1));
  assert.ok(Math.abs(sink.sent.length - 20) <= 1, `${sink.sent.length}`);
  assert.is(viewer.stats.skippedFrames, 0);
});

test('the box limits the rate of every viewer', async () => {
  const trial = new Trial();
  trial.limit = { ...trial.limit, maxFps: 5 };
  await trial.offer(...Array.from({ length: 100 }, (_, k) => k + 1));
  assert.ok(Math.abs(trial.sink.sent.length - 20) <= 1, `${trial.sink.sent.length}`);
});

test('a wished level and width hold from the first picture, and from the moment they change', async () => {
  const trial = new Trial({ level: 51, width: 640 });
  await trial.offer(1);
  trial.viewer.wish = { level: 95, fps: Number.POSITIVE_INFINITY, width: 1280 };
  await trial.offer(2);
  assert.equal(
    trial.asks.map(({ level, width }) => [level, width]),
    [
      [50, 640],
      [90, 0],
    ],
  );
  assert.is(trial.wishes, 1);
});

test('the box limits the width, unless less is wished', async () => {
  const trial = new Trial();
  trial.limit = { ...trial.limit, maxWidth: 960 };
  await trial.offer(1);
  trial.viewer.wish = { ...trial.viewer.wish, width: 480 };
  await trial.offer(2);
  trial.limit = { ...trial.limit, maxWidth: 1920 };
  trial.viewer.wish = { ...trial.viewer.wish, width: 0 };
  await trial.offer(3);
  assert.equal(
    trial.asks.map(({ width }) => width),
    [960, 480, 0],
  );
});

test('a still is sent when the connection is free, unless a frame comes first', async () => {
  const { viewer, sink, offer, settle } = bound(new Trial());
  const still = pictureOf({ sequence: 0, ptsUs: 0, width: 640, height: 360 }, 80);
  viewer.sendStill(still);
  assert.equal(sink.sequences, [0]);
  sink.takes = false;
  viewer.sendStill(still);
  viewer.sendStill(still);
  await offer(1);
  sink.drain();
  await settle();
  assert.equal(sink.sequences, [0, 0, 1]);
});

test('knows its rates, and how old the last frame was', async () => {
  const { viewer, offer } = bound(new Trial());
  for (let second = 0; second < 10; second += 1) {
    await offer(...Array.from({ length: 25 }, (_, k) => second * 25 + k + 1));
    viewer.evaluate();
  }
  const { fps, bitrateKbps, ageMs } = viewer.stats;
  assert.ok(Math.abs(fps - 25) < 2, `${fps}`);
  assert.ok(Math.abs(bitrateKbps - 2000) < 200, `${bitrateKbps}`);
  assert.is(ageMs, 0);
});

test('a connection that takes nothing is closed, one that has nothing to take is not', async () => {
  for (const [isTold, isIdle] of [
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ]) {
    const { viewer, sink, offer, clock } = bound(new Trial());
    await offer(1);
    sink.takes = isTold === true || isIdle === true;
    await offer(2);
    sink.unacknowledgedBytes = isTold ? (isIdle ? 0 : 5_000) : undefined;
    for (let k = 0; k < 58; k += 1) {
      await clock.run(500);
      viewer.evaluate();
      assert.not(sink.isClosed, `after ${k / 2} s`);
    }
    for (let k = 0; k < 6; k += 1) {
      await clock.run(500);
      viewer.evaluate();
    }
    assert.is(sink.isClosed, !isIdle);
  }
});

test('once its connection has ended it leaves, once, and is sent nothing more', async () => {
  const trial = new Trial();
  trial.isEncoding = false;
  await trial.offer(1);
  trial.viewer.close();
  trial.viewer.close();
  trial.asks[0]?.answer(pictureOf(trial.asks[0].frame));
  await trial.offer(2);
  trial.viewer.sendStill(pictureOf({ sequence: 0, ptsUs: 0, width: 640, height: 360 }));
  trial.viewer.evaluate();
  assert.equal(trial.sink.sequences, []);
  assert.is(trial.left, 1);
  assert.is(trial.clock.pendingTimers, 0);
});

function bound(trial: Trial) {
  const { viewer, sink, counters, clock } = trial;
  return { viewer, sink, counters, clock, offer: trial.offer.bind(trial), settle: trial.settle.bind(trial) };
}

test.run();
