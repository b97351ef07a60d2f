import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { Audience, type AudienceOptions } from './audience.ts';
import { FrameCache } from './frame-cache.ts';
import { SimulatedLink } from './link.testing.ts';
import type { ViewerWish } from './picture-sink.ts';
import type { Viewer } from './viewer.ts';

const test = suite('audience');

const AUTO: ViewerWish = { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 };
const OPTIONS: AudienceOptions = {
  isAdaptive: true,
  levels: [90, 70, 50],
  minQuality: 30,
  maxQuality: 95,
  targetKbps: 100_000,
  stallTimeoutMs: 30_000,
};

/** An audience before a real frame cache, and an encoder that counts. */
class Camera {
  readonly clock = new FakeClock();
  readonly counters = new CounterSet();
  readonly encodes: { readonly sequence: number; readonly level: number }[] = [];
  readonly events: string[] = [];
  readonly cache = new FrameCache(
    { encoder: { encode: (frame, { level }) => this.#encode(frame, level) }, counters: this.counters },
    { levels: [90, 70, 50, 30] },
  );
  readonly audience = new Audience(
    {
      clock: this.clock,
      cache: this.cache,
      counters: this.counters,
      onOccupied: () => this.events.push('occupied'),
      onEmpty: () => this.events.push('empty'),
      onWantedFps: (fps) => this.events.push(`${fps} fps`),
    },
    OPTIONS,
  );
  #sequence = 0;
  #ids = 0;

  join(link: SimulatedLink, wish: ViewerWish = AUTO): Viewer {
    this.#ids += 1;
    return this.audience.join(link, wish, { id: this.#ids, address: '192.0.2.1', userAgent: 'test', transport: 'ws' });
  }

  /** Announces 25 frames a second. */
  async run(seconds: number): Promise<void> {
    for (let k = 0; k < seconds * 25; k += 1) {
      this.#sequence += 1;
      this.audience.announce({ sequence: this.#sequence, ptsUs: this.clock.nowUs(), width: 640, height: 480 });
      await this.clock.run(40);
    }
  }

  async #encode(frame: Frame, level: number): Promise<Picture> {
    this.encodes.push({ sequence: frame.sequence, level });
    return { ...frame, level, data: Buffer.alloc(level * 400), encodeUs: 1000 };
  }
}

test('tells when somebody comes, when nobody is left, and how fast the fastest wants it', () => {
  const { audience, clock, events, join } = bound(new Camera());
  const slow = join(new SimulatedLink(clock, 1e6), { ...AUTO, fps: 5 });
  const fast = join(new SimulatedLink(clock, 1e6), { ...AUTO, fps: 10 });
  assert.is(audience.count, 2);
  assert.is(audience.wantedFps, 10);
  slow.wish = { ...AUTO, fps: 15 };
  fast.close();
  slow.close();
  assert.is(audience.count, 0);
  assert.equal(events, ['occupied', '5 fps', '10 fps', '15 fps', '0 fps', 'empty']);
});

test('however many watch, a frame is encoded once for a level', async () => {
  const { clock, encodes, join, run } = bound(new Camera());
  const links = Array.from({ length: 20 }, () => new SimulatedLink(clock, 100_000));
  for (const link of links) join(link);
  await run(2);
  const different = new Set(encodes.map(({ sequence, level }) => `${sequence} ${level}`));
  assert.is(different.size, encodes.length);
  assert.ok(links.every((link) => link.bytesSent > 0));
});

test('a slow viewer does not touch a fast one', async () => {
  const { clock, counters, join, run } = bound(new Camera());
  const slow = join(new SimulatedLink(clock, 500));
  const fast = join(new SimulatedLink(clock, 100_000));
  await run(20);
  assert.is(slow.stats.level, 30);
  assert.is(fast.stats.level, 90);
  assert.ok(fast.stats.sentFrames >= 495, `${fast.stats.sentFrames}`);
  const { viewer_skipped_frames_total, viewer_sent_frames_total, viewer_level_changes_total } = counters.snapshot();
  assert.is(viewer_skipped_frames_total, slow.stats.skippedFrames + fast.stats.skippedFrames);
  assert.is(viewer_sent_frames_total, slow.stats.sentFrames + fast.stats.sentFrames);
  assert.ok((viewer_level_changes_total ?? 0) >= 3);
});

test('what the box affords holds for everybody, and for who comes later', async () => {
  const { audience, clock, encodes, join, run } = bound(new Camera());
  join(new SimulatedLink(clock, 100_000));
  await run(1);
  audience.limit({ maxLevel: 50, maxFps: 5 });
  await run(1);
  join(new SimulatedLink(clock, 100_000));
  encodes.length = 0;
  await run(2);
  assert.equal([...new Set(encodes.map(({ level }) => level))], [50]);
  assert.ok(encodes.length <= 22, `${encodes.length}`);
});

test('options that change hold for those who watch', async () => {
  const { audience, clock, join, run } = bound(new Camera());
  const viewer = join(new SimulatedLink(clock, 100_000));
  await run(8);
  assert.is(viewer.stats.level, 90);
  audience.configure({ ...OPTIONS, targetKbps: 3_000 });
  await run(8);
  assert.is(viewer.stats.level, 30);
  assert.is(viewer.stats.reason, 'target');
});

test('stills reach everybody', async () => {
  const { audience, clock, join } = bound(new Camera());
  const links = [new SimulatedLink(clock, 100_000), new SimulatedLink(clock, 100_000)];
  for (const link of links) join(link);
  audience.announceStill({ sequence: 0, ptsUs: 0, width: 1, height: 1, level: 80, data: Buffer.alloc(9), encodeUs: 0 });
  assert.equal(
    links.map(({ bytesSent }) => bytesSent),
    [9, 9],
  );
});

test('one timer serves all viewers, and none is left when they have gone', async () => {
  const { audience, clock, join } = bound(new Camera());
  const links = Array.from({ length: 50 }, () => new SimulatedLink(clock, 100_000));
  const before = clock.pendingTimers;
  for (const link of links) join(link);
  assert.is(clock.pendingTimers, before + 1);
  audience.close();
  audience.close();
  assert.ok(links.every(({ isClosed }) => isClosed));
  await clock.run(20);
  assert.is(clock.pendingTimers, 0);
});

test('after the end no timer is left, and none comes, though connections end later', async () => {
  const { audience, clock, join, events } = bound(new Camera());
  const links = [new SimulatedLink(clock, 1000), new SimulatedLink(clock, 1000)];
  const close = links.map((link) => {
    const end = link.close.bind(link);
    link.close = () => {};
    return end;
  });
  for (const link of links) join(link);
  clock.advance(499);
  audience.close();
  const left = clock.pendingTimers;
  clock.advance(1000);
  assert.is(clock.pendingTimers, links.length, 'of the links');
  assert.is(left, links.length);
  for (const end of close) end();
  assert.is(events.at(-1), 'empty');
  await clock.run(20);
  assert.is(clock.pendingTimers, 0);
});

test('who comes after the end is closed', () => {
  const { audience, clock, join } = bound(new Camera());
  audience.close();
  const link = new SimulatedLink(clock, 1000);
  join(link);
  assert.ok(link.isClosed);
  assert.is(audience.count, 0);
});

function bound(camera: Camera) {
  return { ...camera, join: camera.join.bind(camera), run: camera.run.bind(camera) };
}

test.run();
