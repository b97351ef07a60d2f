import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PlaylistOrder, type Track } from './playlist-order.ts';

const test = suite('playlist-order');
const track = (path: string, modifiedMs = 1): Track => ({ path, sizeBytes: 100, modifiedMs });

function orderOf(paths: readonly string[], shuffle = false, random = Math.random): PlaylistOrder {
  const order = new PlaylistOrder({ shuffle, random });
  order.update(paths.map((path) => track(path)));
  return order;
}

const take = (order: PlaylistOrder, count: number) => Array.from({ length: count }, () => order.next()?.path);

test('tracks come as people count, round and round', () => {
  const order = orderOf(['/m/10.mp3', '/m/2.mp3', '/m/1.mp3']);
  assert.equal(take(order, 4), ['/m/1.mp3', '/m/2.mp3', '/m/10.mp3', '/m/1.mp3']);
});

test('a track that is new comes in its place, one that is gone is passed over', () => {
  const order = orderOf(['a', 'c', 'e']);
  assert.equal(take(order, 1), ['a']);
  order.update([track('b'), track('e')]);
  assert.equal(take(order, 3), ['b', 'e', 'b']);
});

test('shuffled, each track comes once in a round, and never twice in a row', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999_999, noNaN: true })),
      (count, dice) => {
        const names = Array.from({ length: count }, (_, i) => `t${i}`);
        const order = orderOf(names, true, () => dice.next().value as number);
        const played = take(order, count * 4);
        for (let round = 0; round < 4; round += 1) {
          assert.is(new Set(played.slice(round * count, (round + 1) * count)).size, count);
        }
        if (count > 1) played.forEach((name, i) => void assert.is.not(name, played[i + 1]));
      },
    ),
    { numRuns: 100 },
  );
});

test('whatever comes, goes and breaks, what is played is there and whole, and nothing only when nothing is', () => {
  const step = fc.record({
    present: fc.uniqueArray(fc.nat(8), { maxLength: 8 }),
    isBroken: fc.boolean(),
    modified: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 40 }), (shuffle, steps) => {
      const order = new PlaylistOrder({ shuffle, random: Math.random });
      const broken = new Map<string, number>();
      for (const { present, isBroken, modified } of steps) {
        const tracks = present.map((n) => track(`t${n}`, modified));
        order.update(tracks);
        for (const [path, at] of broken) {
          if (tracks.find((each) => each.path === path)?.modifiedMs !== at) broken.delete(path);
        }
        const next = order.next();
        const playable = tracks.filter(({ path }) => !broken.has(path));
        assert.is(next === undefined, playable.length === 0);
        if (next === undefined) continue;
        assert.ok(playable.some(({ path }) => path === next.path));
        if (isBroken) {
          order.markBroken(next);
          broken.set(next.path, next.modifiedMs);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('a broken track comes back when its file has changed', () => {
  const order = orderOf(['a']);
  order.markBroken(order.next() as Track);
  assert.is(order.next(), undefined);
  order.update([track('a', 1)]);
  assert.is(order.next(), undefined);
  order.update([track('a', 2)]);
  assert.is(order.next()?.path, 'a');
});

test.run();
