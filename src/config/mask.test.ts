import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isMask, maskOf } from './mask.ts';

const test = suite('mask');

test('a mask is left, top, width and height in percent', () => {
  assert.equal(maskOf('0,0,50,25'), { left: 0, top: 0, width: 0.5, height: 0.25 });
  assert.equal(maskOf(' 12.5 , 50, 87.5, 50 '), { left: 0.125, top: 0.5, width: 0.875, height: 0.5 });
  assert.equal(maskOf('0,0,100,100'), { left: 0, top: 0, width: 1, height: 1 });
});

test('what leaves the picture, is empty or is no four numbers is none', () => {
  const outside = ['0,0,101,10', '50,0,51,10', '0,90,10,10.5', '100,0,1,1', '0,100,1,1', '99.999999,0,0.000002,1'];
  const empty = ['0,0,0,10', '0,0,10,0'];
  const other = [
    '',
    '0,0,50',
    '0,0,50,25,1',
    '-1,0,50,25',
    '0,0,5e1,25',
    '0,0,,25',
    '0,0,x,25',
    '0;0;50;25',
    '0,0,50%,25',
  ];
  for (const written of [...outside, ...empty, ...other]) assert.is(isMask(written), false, written);
});

test('every mask that is taken lies inside the picture, rounded sums too', () => {
  const percent = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000);
  fc.assert(
    fc.property(percent, percent, percent, percent, (left, top, width, height) => {
      const mask = maskOf([left, top, width, height].join(','));
      const fits =
        width > 0 && height > 0 && left * 1000 + width * 1000 <= 100_000.5 && top * 1000 + height * 1000 <= 100_000.5;
      assert.is(mask !== undefined, fits);
      if (mask === undefined) return;
      assert.ok(mask.left >= 0 && mask.top >= 0 && mask.width > 0 && mask.height > 0);
      assert.ok(mask.left + mask.width <= 1 && mask.top + mask.height <= 1);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test.run();
