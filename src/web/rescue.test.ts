import { suite } from 'uvu';
import * as assert from 'uvu/assert';

interface RescueLike {
  readonly isOn: boolean;
  note(isBelowLowest: boolean, nowMs: number): boolean;
  wantsTest(nowMs: number): boolean;
}

const test = suite('rescue');
const { Rescue } = (await import(new URL('ui/now/rescue.js', import.meta.url).href)) as {
  Rescue: new () => RescueLike;
};

test('it begins when a link is said to be too slow twice in a row', () => {
  const rescue = new Rescue();
  assert.equal(
    [true, false, true].map((below) => rescue.note(below, 0)),
    [false, false, false],
  );
  assert.is(rescue.note(true, 0), true);
  assert.is(rescue.isOn, true);
  assert.is(rescue.note(true, 0), false);
});

test('it ends only after a while of better news', () => {
  const rescue = new Rescue();
  rescue.note(true, 0);
  rescue.note(true, 0);
  for (let i = 0; i < 5; i += 1) assert.is(rescue.note(false, 0), false);
  assert.is(rescue.note(true, 0), false);
  for (let i = 0; i < 5; i += 1) assert.is(rescue.note(false, 0), false);
  assert.is(rescue.note(false, 0), true);
  assert.is(rescue.isOn, false);
});

test('as long as it lasts it wants the link tested, less often each time, and never otherwise', () => {
  const rescue = new Rescue();
  assert.is(rescue.wantsTest(1e9), false);
  rescue.note(true, 0);
  rescue.note(true, 0);
  const asked: number[] = [];
  for (let second = 0; second <= 12_000; second += 5) if (rescue.wantsTest(second * 1000)) asked.push(second);
  assert.equal(asked, [300, 900, 2100, 4500, 6900, 9300, 11_700]);
});

test.run();
