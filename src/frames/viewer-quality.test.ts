import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type QualityFigures, type QualityOptions, ViewerQuality } from './viewer-quality.ts';

const test = suite('viewer quality');

const OPTIONS: QualityOptions = {
  isAdaptive: true,
  levels: [90, 70, 50],
  minQuality: 30,
  maxQuality: 95,
  targetKbps: 8000,
};
/** Bytes; at 20 frames a second 8000, 4800, 3200 and 2000 kbit/s. */
const COSTS: Readonly<Record<number, number>> = { 90: 50_000, 70: 30_000, 50: 20_000, 30: 12_500 };

/** A controller that is asked twice a second, and what it did. */
class Trial {
  options = OPTIONS;
  figures: QualityFigures = {
    nowUs: 1_000_000_000,
    linkKbps: undefined,
    fps: 20,
    isSkipping: false,
    wish: 'auto',
    maxLevel: 100,
    costOf: (level) => COSTS[level],
  };
  readonly quality = new ViewerQuality(() => this.options);
  readonly levels: number[] = [];

  run(seconds: number, figures: Partial<QualityFigures> = {}): void {
    for (let step = 0; step < seconds * 2; step += 1) {
      this.figures = { ...this.figures, ...figures, nowUs: this.figures.nowUs + 500_000 };
      if (this.quality.evaluate(this.figures)) this.levels.push(this.quality.level);
    }
  }
}

test('begins in the middle, and rises by one level at a time while there is room', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, targetKbps: 20_000 };
  assert.is(trial.quality.level, 70);
  trial.run(10);
  assert.equal(trial.levels, [90]);
  assert.is(trial.quality.reason, 'probe');
});

test('falls to what the link carries within two seconds', () => {
  const trial = new Trial();
  trial.run(10);
  trial.run(2, { linkKbps: 2_500 });
  assert.is(trial.quality.level, 30);
  assert.is(trial.quality.reason, 'link');
});

test('a link that carries a twentieth more than the level costs keeps it', () => {
  const trial = new Trial();
  trial.run(60, { linkKbps: 5_000 });
  assert.equal(trial.levels, []);
});

test('does not rise to a level that would leave the link without room to spare', () => {
  const trial = new Trial();
  trial.run(120, { linkKbps: 8_200 });
  assert.equal(trial.levels, []);
});

test('is not above what one viewer is sent at most, and says so', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, targetKbps: 3_500 };
  trial.run(30);
  assert.is(trial.quality.level, 50);
  assert.is(trial.quality.reason, 'target');
});

test('the level below the lowest is for need only', () => {
  const trial = new Trial();
  trial.run(60, { linkKbps: 3_300 });
  assert.is(trial.quality.level, 50);
  trial.run(10, { linkKbps: 2_900 });
  assert.is(trial.quality.level, 30);
  assert.is(trial.quality.fps, Number.POSITIVE_INFINITY);
});

test('what the lowest level does not bring down lowers the frame rate, which comes back before the level does', () => {
  const trial = new Trial();
  trial.run(10, { linkKbps: 500 });
  assert.is(trial.quality.level, 30);
  assert.ok(trial.quality.fps < 5, `${trial.quality.fps}`);
  trial.run(10, { linkKbps: 1 });
  assert.is(trial.quality.fps, 1);
  for (let k = 0; k < 40 && trial.quality.fps !== Number.POSITIVE_INFINITY; k += 1) {
    assert.is(trial.quality.level, 30);
    trial.run(0.5, { linkKbps: undefined });
  }
  assert.is(trial.quality.fps, Number.POSITIVE_INFINITY);
  trial.run(20);
  assert.is(trial.quality.level, 70);
});

test('a rise that has to be taken back makes the next one wait, longer each time, but no more than five minutes', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, targetKbps: 20_000 };
  const rises: number[] = [];
  for (let second = 0; second < 1800; second += 0.5) {
    const before = trial.quality.level;
    // A link that carries level 70, which shows only at a higher one.
    trial.run(0.5, { linkKbps: before > 70 ? 5_000 : undefined });
    if (trial.quality.level > before) rises.push(second);
  }
  const waits = rises.slice(1).map((at, k) => Math.round(at - (rises[k] as number)));
  assert.ok(
    waits.every((wait, k) => wait >= Math.min(300, 60 * 2 ** k)),
    waits.join(' '),
  );
  assert.ok(
    waits.every((wait) => wait < 320),
    waits.join(' '),
  );
});

test('mistakes are forgotten after ten minutes without one', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, targetKbps: 20_000 };
  trial.run(6);
  trial.run(5, { linkKbps: 5_000 });
  assert.equal(trial.levels, [90, 70]);
  trial.run(700, { linkKbps: 5_000 });
  trial.run(1, { linkKbps: undefined });
  assert.equal(trial.levels, [90, 70, 90]);
});

test('a wished level stays whatever the link carries, up to what the box affords', () => {
  const trial = new Trial();
  trial.run(10, { wish: 88, linkKbps: 100 });
  assert.is(trial.quality.level, 90);
  assert.is(trial.quality.fps, Number.POSITIVE_INFINITY);
  assert.is(trial.quality.reason, 'wish');
  trial.run(1, { maxLevel: 50 });
  assert.is(trial.quality.level, 50);
  assert.is(trial.quality.reason, 'box');
  trial.run(1, { maxLevel: 100 });
  assert.is(trial.quality.level, 90);
});

test('the cap of the box holds at once, and is left slowly', () => {
  const trial = new Trial();
  trial.run(0.5, { maxLevel: 50 });
  assert.is(trial.quality.level, 50);
  assert.is(trial.quality.reason, 'box');
  trial.run(60);
  assert.is(trial.quality.level, 50);
  trial.run(3, { maxLevel: 100 });
  assert.is(trial.quality.level, 70);
});

test('where nothing adapts, everybody gets the highest level', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, isAdaptive: false };
  trial.run(5, { linkKbps: 100, isSkipping: true });
  assert.is(trial.quality.level, 90);
  assert.is(trial.quality.reason, 'fixed');
});

test('levels that are changed under way hold at the next look', () => {
  const trial = new Trial();
  trial.options = { ...OPTIONS, levels: [80, 60, 40] };
  trial.run(0.5);
  assert.ok([80, 60].includes(trial.quality.level), `${trial.quality.level}`);
  trial.options = { ...OPTIONS, maxQuality: 50 };
  trial.run(0.5);
  assert.is(trial.quality.level, 50);
});

test('keeps still while costs are unknown', () => {
  const trial = new Trial();
  trial.run(30, { costOf: () => undefined, linkKbps: 10 });
  trial.run(30, { costOf: (level) => COSTS[level], fps: Number.POSITIVE_INFINITY });
  assert.equal(trial.levels, []);
});

const levels = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
const step = fc.record({
  ms: fc.integer({ min: 1, max: 20_000 }),
  linkKbps: fc.option(fc.double({ min: 0, max: 100_000, noNaN: true }), { nil: undefined }),
  fps: fc.double({ min: 0.1, max: 60, noNaN: true }),
  isSkipping: fc.boolean(),
  wish: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 100 })),
  maxLevel: fc.integer({ min: 1, max: 100 }),
  scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
});

test('whatever comes: only levels that there are, within all bounds, and never up while frames are skipped', () => {
  fc.assert(
    fc.property(levels, fc.array(step, { maxLength: 100 }), (some, steps) => {
      const sorted = [...some].sort((a, b) => b - a);
      const minQuality = Math.max(1, (sorted.at(-1) as number) - 20);
      const options = { ...OPTIONS, levels: sorted, minQuality, maxQuality: sorted[0] as number };
      const quality = new ViewerQuality(() => options);
      let nowUs = 1;
      for (const { ms, scale, ...rest } of steps) {
        nowUs += ms * 1000;
        const before = quality.level;
        const fpsBefore = quality.fps;
        quality.evaluate({ ...rest, nowUs, costOf: (level) => level * 1000 * scale });
        assert.ok([...sorted, minQuality].includes(quality.level), `${quality.level}`);
        assert.ok(quality.level <= Math.max(rest.maxLevel, minQuality));
        assert.ok(quality.fps >= 1);
        if (rest.wish === 'auto' && rest.isSkipping) {
          assert.ok(quality.level <= before, `${before} to ${quality.level} while skipping`);
          assert.ok(quality.fps <= fpsBefore);
        }
      }
    }),
  );
});

test('a link that says nothing never lowers anything, as long as what one is sent at most allows', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (skips) => {
      const trial = new Trial();
      let level = trial.quality.level;
      for (const isSkipping of skips) {
        trial.run(0.5, { isSkipping });
        assert.ok(trial.quality.level >= level);
        level = trial.quality.level;
      }
    }),
  );
});

test.run();
