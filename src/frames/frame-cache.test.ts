import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture, PictureEncoder, PictureWish } from '../core/picture.ts';
import { FrameCache, type FrameCacheOptions } from './frame-cache.ts';

const test = suite('frame-cache');

const LEVELS = [90, 70, 50, 30];

interface Pending {
  readonly frame: Frame;
  readonly wish: PictureWish;
  answer(picture: Picture | undefined): void;
}

/** A worker that answers when the test says so. */
class SlowEncoder implements PictureEncoder {
  readonly pending: Pending[] = [];
  asked = 0;

  encode(frame: Frame, wish: PictureWish): Promise<Picture | undefined> {
    this.asked += 1;
    const { promise, resolve } = Promise.withResolvers<Picture | undefined>();
    this.pending.push({ frame, wish, answer: resolve });
    return promise;
  }

  /** Answers what is pending at `index`, and lets the askers see it. */
  async answer(sizeBytes: number | undefined, index = 0, encodeUs = 3000): Promise<void> {
    const [one] = this.pending.splice(index, 1);
    if (one === undefined) throw new RangeError(`nothing is pending at ${index}`);
    one.answer(sizeBytes === undefined ? undefined : pictureOf(one.frame, one.wish, sizeBytes, encodeUs));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function frameOf(sequence: number): Frame {
  return { sequence, ptsUs: sequence * 40_000, width: 640, height: 480 };
}

function pictureOf(frame: Frame, { level, width }: PictureWish, sizeBytes: number, encodeUs: number): Picture {
  const scale = width === 0 ? 1 : width / frame.width;
  const data = Buffer.alloc(sizeBytes, level);
  return { ...frame, width: frame.width * scale, height: Math.round(frame.height * scale), level, data, encodeUs };
}

function cacheOf(options: Partial<FrameCacheOptions> = {}) {
  const encoder = new SlowEncoder();
  const counters = new CounterSet();
  const cache = new FrameCache({ encoder, counters }, { levels: LEVELS, ...options });
  return { cache, encoder, counters };
}

test('all who want a picture share one encode, before it is there and afterwards', async () => {
  const { cache, encoder, counters } = cacheOf();
  const asks = Array.from({ length: 100 }, (_, viewer) => cache.encodeFrame(frameOf(1), 70, viewer));
  await encoder.answer(1000);
  const late = cache.encodeFrame(frameOf(1), 70, 'late');
  const pictures = await Promise.all([...asks, late]);
  assert.is(encoder.asked, 1);
  assert.ok(pictures.every((picture) => picture !== undefined && picture === pictures[0]));
  assert.is(late, cache.encodeFrame(frameOf(1), 70), 'a hit makes no promise of its own');
  assert.equal(counters.snapshot(), {
    frame_cache_hits_total: 101,
    frame_cache_misses_total: 1,
  });
  assert.is(cache.stats().hitRate, 101 / 102);
});

test('levels and widths are pictures of their own; a width beyond the frame is the frame’s', async () => {
  const { cache, encoder } = cacheOf();
  const wishes: [number | undefined, number | undefined][] = [
    [undefined, undefined],
    [90, 0],
    [90, 640],
    [90, 9999],
    [90, 320],
    [88, 319.8],
    [50, 320],
  ];
  for (const [quality, width] of wishes) void cache.encodeFrame(frameOf(1), quality, undefined, width);
  assert.equal(
    encoder.pending.map(({ wish }) => wish),
    [
      { level: 90, width: 0 },
      { level: 90, width: 320 },
      { level: 50, width: 320 },
    ],
  );
});

test('a quality snaps to the nearest level, to the lower of two as near', () => {
  const { cache } = cacheOf();
  const snapped = [100, 90, 81, 80, 79, 60, 59, 41, 40, 1, -5, 1000].map((quality) => cache.levelFor(quality));
  assert.equal(snapped, [90, 90, 90, 70, 70, 50, 50, 50, 30, 30, 30, 90]);
});

test('the levels that are there are those whose pictures have come, in the frame’s own width', async () => {
  const { cache, encoder } = cacheOf();
  const frame = frameOf(1);
  for (const quality of [50, 90, 70]) void cache.encodeFrame(frame, quality);
  void cache.encodeFrame(frame, 30, undefined, 320);
  assert.equal(cache.cachedQualities(frame), []);
  await encoder.answer(100);
  await encoder.answer(100);
  await encoder.answer(100, 1);
  assert.equal(cache.cachedQualities(frame), [90, 50]);
  assert.equal(cache.cachedQualities(frameOf(2)), []);
});

test('the frame that nobody asked for the longest goes first', async () => {
  const { cache, encoder } = cacheOf({ maxFrames: 3 });
  for (const sequence of [1, 2, 3]) {
    void cache.encodeFrame(frameOf(sequence), 90);
    await encoder.answer(10);
  }
  void cache.encodeFrame(frameOf(1), 90);
  void cache.encodeFrame(frameOf(4), 90);
  assert.equal(
    [1, 2, 3, 4].map((sequence) => cache.cachedQualities(frameOf(sequence)).length),
    [1, 0, 1, 0],
  );
  assert.is(cache.stats().frames, 3);
});

test('bytes are bounded; a picture beyond the bound is answered, not kept, and pushes nothing out', async () => {
  const { cache, encoder } = cacheOf({ maxBytes: 1000 });
  for (const [sequence, sizeBytes] of [
    [1, 400],
    [2, 400],
    [3, 400],
  ] as const) {
    void cache.encodeFrame(frameOf(sequence));
    await encoder.answer(sizeBytes);
  }
  assert.is(cache.stats().bytes, 800);
  assert.equal(cache.cachedQualities(frameOf(1)), []);
  const huge = cache.encodeFrame(frameOf(4));
  await encoder.answer(1001);
  assert.is((await huge)?.data.length, 1001);
  assert.equal(cache.cachedQualities(frameOf(4)), []);
  assert.equal([cache.stats().frames, cache.stats().bytes], [2, 800]);
});

test('one frame with many levels stays within the bound as well', async () => {
  const { cache, encoder } = cacheOf({ maxBytes: 1000 });
  for (const level of LEVELS) {
    void cache.encodeFrame(frameOf(1), level);
    await encoder.answer(400);
  }
  assert.equal(cache.cachedQualities(frameOf(1)), [50, 30]);
  assert.is(cache.stats().bytes, 800);
});

test('a frame that could not be encoded is undefined for all who asked, and is tried anew for the next', async () => {
  const { cache, encoder } = cacheOf();
  const asks = [cache.encodeFrame(frameOf(1)), cache.encodeFrame(frameOf(1))];
  await encoder.answer(undefined);
  assert.equal(await Promise.all(asks), [undefined, undefined]);
  assert.is(cache.stats().frames, 0);
  const again = cache.encodeFrame(frameOf(1));
  await encoder.answer(10);
  assert.is((await again)?.data.length, 10);
});

test('a late answer for an evicted frame reaches its askers and is not kept', async () => {
  const { cache, encoder } = cacheOf({ maxFrames: 1 });
  const late = cache.encodeFrame(frameOf(1));
  void cache.encodeFrame(frameOf(2));
  await encoder.answer(10);
  assert.is((await late)?.sequence, 1);
  assert.equal([cache.stats().frames, cache.stats().bytes], [1, 0]);
});

test('who asks again for an evicted frame joins the encode that is still on its way', async () => {
  const { cache, encoder } = cacheOf({ maxFrames: 1 });
  const first = cache.encodeFrame(frameOf(1));
  void cache.encodeFrame(frameOf(2));
  const again = cache.encodeFrame(frameOf(1));
  assert.is(encoder.asked, 2);
  await encoder.answer(10);
  assert.is(await first, await again);
  assert.equal(cache.cachedQualities(frameOf(1)), [90]);
});

test('after clear nobody is handed a picture that was begun before, except who had asked', async () => {
  const { cache, encoder } = cacheOf();
  void cache.encodeFrame(frameOf(1), 70);
  await encoder.answer(10);
  const before = cache.encodeFrame(frameOf(1), 90);
  cache.clear();
  const after = cache.encodeFrame(frameOf(1), 90);
  assert.is(encoder.asked, 3);
  await encoder.answer(11);
  await encoder.answer(12);
  assert.equal([(await before)?.data.length, (await after)?.data.length], [11, 12]);
  assert.is((await cache.encodeFrame(frameOf(1), 90))?.data.length, 12);
  assert.equal([cache.stats().frames, cache.stats().bytes], [1, 12]);
  assert.equal(cache.cachedQualities(frameOf(1)), [90]);
});

test('new options hold at once: levels for the next ask, bounds for what is there', async () => {
  const { cache, encoder } = cacheOf();
  for (const sequence of [1, 2, 3]) {
    void cache.encodeFrame(frameOf(sequence), 90);
    await encoder.answer(10);
  }
  cache.configure({ levels: [80, 40], maxFrames: 2 });
  assert.is(cache.stats().frames, 2);
  assert.equal(cache.cachedQualities(frameOf(3)), []);
  void cache.encodeFrame(frameOf(3), 90);
  assert.is(encoder.pending[0]?.wish.level, 80);
});

test('each client’s asks and hits are counted, as many clients as there may be', async () => {
  const { cache } = cacheOf();
  for (const client of ['a', 'b', 'b']) void cache.encodeFrame(frameOf(1), 90, client);
  assert.equal(cache.clientStats('a'), { asks: 1, hits: 0 });
  assert.equal(cache.clientStats('b'), { asks: 2, hits: 2 });
  cache.forget('a');
  cache.forget('a');
  assert.is(cache.clientStats('a'), undefined);
  for (let client = 0; client < 5000; client++) void cache.encodeFrame(frameOf(1), 90, client);
  const known = Array.from({ length: 5000 }, (_, client) => cache.clientStats(client)).filter(Boolean);
  assert.ok(known.length <= 1024, `${known.length} are kept`);
  assert.ok(cache.clientStats(4999));
});

test('encode times are those of the last few hundred; the camera’s own JPEG took none', async () => {
  const { cache, encoder } = cacheOf();
  assert.equal(cache.stats().encodeMs, { p50: undefined, p95: undefined, recent: undefined });
  for (let i = 1; i <= 356; i++) {
    void cache.encodeFrame(frameOf(i));
    // First a hundred slow ones, which are forgotten, then 4 ms, every tenth 20 ms.
    await encoder.answer(10, 0, i <= 100 ? 90_000 : i % 10 === 0 ? 20_000 : 4000);
  }
  void cache.encodeFrame(frameOf(400));
  await encoder.answer(10, 0, 0);
  const { encodeMs, encodes } = cache.stats();
  assert.equal([encodeMs.p50, encodeMs.p95], [4, 20]);
  assert.ok((encodeMs.recent ?? 0) > 4 && (encodeMs.recent ?? 0) < 10);
  assert.is(encodes, 356);
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      sequence: fc.integer({ min: 1, max: 6 }),
      level: fc.constantFrom(...LEVELS),
      width: fc.constantFrom(0, 320),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(),
      sizeBytes: fc.option(fc.integer({ min: 1, max: 130 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
);

/** What the cache should be, in the simplest way: names of pictures in plain lists. */
class Model {
  readonly maxFrames: number;
  readonly maxBytes: number;
  /** The one asked for last is at the end. */
  frames: number[] = [];
  pictures: { sequence: number; name: string; asked: number; sizeBytes: number }[] = [];
  flights: { sequence: number; name: string; asked: number; isCleared: boolean }[] = [];
  encodes = 0;

  constructor(maxFrames: number, maxBytes: number) {
    this.maxFrames = maxFrames;
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.pictures.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  ask(sequence: number, name: string): void {
    this.frames = [...this.frames.filter((one) => one !== sequence), sequence];
    if (this.frames.length > this.maxFrames) this.#evictOldest();
    const isPending = this.flights.some((flight) => flight.name === name && !flight.isCleared);
    if (isPending || this.pictures.some((picture) => picture.name === name)) return;
    this.flights.push({ sequence, name, asked: this.encodes, isCleared: false });
    this.encodes += 1;
  }

  answer(index: number, sizeBytes: number | undefined): void {
    const [flight] = this.flights.splice(index, 1);
    if (flight === undefined || flight.isCleared) return;
    const { sequence, name, asked } = flight;
    if (this.frames.includes(sequence) && sizeBytes !== undefined && sizeBytes <= this.maxBytes) {
      this.pictures.push({ sequence, name, asked, sizeBytes });
      this.pictures.sort((a, b) => a.asked - b.asked);
    }
    while (this.bytes > this.maxBytes) {
      if (this.frames.length > 1) this.#evictOldest();
      else this.pictures.shift();
    }
    const isEmpty = ![...this.pictures, ...this.flights.filter((one) => !one.isCleared)].some(
      (one) => one.sequence === sequence,
    );
    if (isEmpty) this.frames = this.frames.filter((one) => one !== sequence);
  }

  clear(): void {
    this.frames = [];
    this.pictures = [];
    for (const flight of this.flights) flight.isCleared = true;
  }

  #evictOldest(): void {
    const oldest = this.frames.shift();
    this.pictures = this.pictures.filter(({ sequence }) => sequence !== oldest);
  }
}

test('whatever is asked and answered in whatever order, it is what a plain list of pictures would be', async () => {
  const bounds = fc.record({ maxFrames: fc.integer({ min: 1, max: 4 }), maxBytes: fc.integer({ min: 1, max: 300 }) });
  await fc.assert(
    fc.asyncProperty(bounds, fc.array(step, { maxLength: 60 }), async ({ maxFrames, maxBytes }, steps) => {
      const { cache, encoder } = cacheOf({ maxFrames, maxBytes });
      const model = new Model(maxFrames, maxBytes);
      const answers: Promise<void>[] = [];
      for (const one of steps) {
        if (one.do === 'clear') {
          cache.clear();
          model.clear();
        } else if (one.do === 'ask') {
          const { sequence, level, width } = one;
          model.ask(sequence, `${sequence} ${level} ${width}`);
          const asked = cache.encodeFrame(frameOf(sequence), level, undefined, width);
          answers.push(
            asked.then((picture) => {
              if (picture === undefined) return;
              assert.equal([picture.sequence, picture.level, picture.width], [sequence, level, width || 640]);
            }),
          );
        } else if (encoder.pending.length > 0) {
          const index = one.which % encoder.pending.length;
          model.answer(index, one.sizeBytes);
          await encoder.answer(one.sizeBytes, index);
        }
        assert.is(encoder.asked, model.encodes);
        assert.equal([cache.stats().frames, cache.stats().bytes], [model.frames.length, model.bytes]);
        assert.ok(model.frames.length <= maxFrames && model.bytes <= maxBytes);
        for (let sequence = 1; sequence <= 6; sequence++) {
          const kept = LEVELS.filter((level) => model.pictures.some(({ name }) => name === `${sequence} ${level} 0`));
          assert.equal(cache.cachedQualities(frameOf(sequence)), kept);
        }
      }
      while (encoder.pending.length > 0) await encoder.answer(1);
      await Promise.all(answers);
    }),
    { numRuns: 150 },
  );
});

test.run();
