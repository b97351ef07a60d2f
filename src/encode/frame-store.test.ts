import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PictureTreatment } from '../core/camera-settings.ts';
import { FakeFrame, plain } from './fake-frame.testing.ts';
import { FrameStore } from './frame-store.ts';

const test = suite('frame-store');
const NONE: PictureTreatment = { rotate: 0, flip: 'none', masks: [], overlay: 'none' };
const wallTime = () => new Date(0);

test('frames are numbered from 1, and told as viewers see them', () => {
  using store = new FrameStore({ wallTime }, { name: 'door', treatment: { ...NONE, rotate: 270 } });
  assert.equal(store.add(new FakeFrame(plain(16, 9, 0), 500)), { sequence: 1, ptsUs: 500, width: 9, height: 16 });
  assert.equal(store.add(new FakeFrame(plain(32, 9, 0), 900)), { sequence: 2, ptsUs: 900, width: 9, height: 32 });
});

test('the newest three are kept', () => {
  const frames = Array.from({ length: 5 }, () => new FakeFrame(plain(4, 4, 0)));
  using store = new FrameStore({ wallTime }, { name: 'door', treatment: NONE });
  for (const frame of frames) store.add(frame);
  assert.equal(
    [1, 2, 3, 4, 5, 6].map((sequence) => store.get(sequence)?.sequence),
    [5, 5, 3, 4, 5, undefined],
    'the newest stands for those that are forgotten',
  );
  assert.equal(
    frames.map(({ disposed }) => disposed),
    [1, 1, 0, 0, 0],
  );
});

test('every frame is disposed of exactly once, whatever is made of it meanwhile', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const) }),
    fc.record({ kind: fc.constant('encode' as const), back: fc.nat(3), width: fc.constantFrom(0, 8, 20, 33) }),
    fc.record({ kind: fc.constant('pause' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 25 }), async (maxFrames, steps) => {
      const store = new FrameStore({ wallTime }, { name: 'door', treatment: NONE, maxFrames });
      const frames: FakeFrame[] = [];
      const made: Promise<unknown>[] = [];
      for (const one of steps) {
        if (one.kind === 'add') {
          const frame = new FakeFrame(plain(40, 30, 0));
          frames.push(frame);
          assert.is(store.add(frame).sequence, frames.length);
        } else if (one.kind === 'encode') {
          const sequence = frames.length - one.back;
          const kept = store.get(sequence);
          assert.is(kept !== undefined, frames.length > 0);
          assert.is(kept?.sequence === sequence, one.back < Math.min(maxFrames, frames.length));
          if (kept !== undefined) made.push(kept.frame.encode(60, one.width));
        } else {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      store[Symbol.dispose]();
      store[Symbol.dispose]();
      await Promise.all(made);
      assert.ok(frames.every(({ disposed }) => disposed === 1));
      assert.is(store.get(frames.length), undefined);
    }),
    { numRuns: 60 },
  );
});

test.run();
