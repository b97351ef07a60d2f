import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedWish, stillWishOf, viewerWishOf } from './picture-wish.ts';

const test = suite('picture-wish');
const viewer = (query: string) => viewerWishOf(new URLSearchParams(query));
const still = (query: string) => stillWishOf(new URLSearchParams(query));

test('who asks for nothing gets what the link allows', () => {
  assert.equal(viewer(''), { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 });
  assert.equal(viewer('level=&fps=&width='), { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 });
  assert.equal(still(''), { level: undefined, width: 0, format: 'jpeg' });
});

test('wishes are read, and what a page adds against caches is ignored', () => {
  assert.equal(viewer('level=70&fps=0.5&width=640&_=1712'), { level: 70, fps: 0.5, width: 640 });
  assert.equal(viewer('level=auto&width=0'), { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 });
  assert.equal(still('level=100&width=320&format=webp'), { level: 100, width: 320, format: 'webp' });
});

test('a width is rounded up to one of a hundred', () => {
  for (const [asked, given] of [
    [16, 80],
    [80, 80],
    [81, 160],
    [1280, 1280],
    [1366, 1440],
    [8192, 8160],
  ] as const) {
    assert.equal(viewer(`width=${asked}`), { level: 'auto', fps: Number.POSITIVE_INFINITY, width: given });
  }
  const seen = new Set<number>();
  for (let width = 16; width <= 8192; width += 1) seen.add((still(`width=${width}`) as { width: number }).width);
  assert.is(seen.size, 102);
});

test('what is wrong is named, with what it takes', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['level=0', /^level takes .*1 to 100/],
    ['level=101', /^level/],
    ['level=70.5', /^level/],
    ['level=high', /^level/],
    ['level=70&level=90', /^level/],
    ['fps=0', /^fps takes .*0\.1 to 120/],
    ['fps=121', /^fps/],
    ['fps=Infinity', /^fps/],
    ['fps=1e1', /^fps/],
    ['fps=-1', /^fps/],
    ['width=15', /^width takes .*16 to 8192/],
    ['width=8193', /^width/],
    ['width=%2080', /^width/],
    ['format=webp', /^format: a stream is always jpeg/],
  ];
  for (const [query, reason] of cases) {
    const wish = viewer(query);
    assert.ok('status' in wish && wish.status === 400, query);
    assert.match(wish.reason, reason);
  }
  for (const [query, reason] of [
    ['format=gif', /^format takes one of jpeg, webp, avif/],
    ['fps=5', /^fps: a still/],
    ['level=x', /^level/],
    ['width=x', /^width/],
  ] as const) {
    const wish = still(query);
    assert.ok('status' in wish && wish.status === 400, query);
    assert.match(wish.reason, reason);
  }
});

test('whatever the query, a wish is within its bounds or refused', () => {
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.integer().map(String), fc.double().map(String));
  fc.assert(
    fc.property(text, text, text, (level, fps, width) => {
      const wish = viewerWishOf(new URLSearchParams({ level, fps, width }));
      if ('status' in wish) return;
      assert.ok(wish.level === 'auto' || (Number.isInteger(wish.level) && wish.level >= 1 && wish.level <= 100));
      assert.ok(wish.fps === Number.POSITIVE_INFINITY || (wish.fps >= 0.1 && wish.fps <= 120));
      assert.ok(wish.width % 80 === 0 && wish.width >= 0 && wish.width <= 8160);
    }),
  );
});

test('a message changes one wish and leaves the others', () => {
  const wish = { level: 70, fps: 5, width: 640 };
  assert.equal(changedWish(wish, 'level', 'auto'), { level: 'auto', fps: 5, width: 640 });
  assert.equal(changedWish(wish, 'level', 90), { level: 90, fps: 5, width: 640 });
  assert.equal(changedWish(wish, 'fps', 0.5), { level: 70, fps: 0.5, width: 640 });
  assert.equal(changedWish(wish, 'width', 0), { level: 70, fps: 5, width: 0 });
  for (const wrong of ['70', null, undefined, {}, [], 0, 101, Number.NaN]) {
    assert.match(changedWish(wish, 'level', wrong) as string, /^level takes/);
  }
  assert.match(changedWish(wish, 'fps', 'auto') as string, /^fps takes/);
});

test.run();
