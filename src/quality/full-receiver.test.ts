import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FullReceiver, type ReceiverSight } from './full-receiver.ts';

const test = suite('full-receiver');
const LOOK_US = 100_000;
const BYTES = 4_000;

/** Looks ten times a second; says what each came to. */
function open() {
  const receiver = new FullReceiver();
  const sight = { nowUs: 5_000_000_000, isWindowClosed: true, arrivedBytes: 0, behindUs: 500_000, hasEnough: false };
  return {
    run(seconds: number, pace: number, more: Partial<ReceiverSight> = {}, each = (_look: number) => {}): boolean[] {
      const answers: boolean[] = [];
      for (let look = 0; look < seconds * 10; look++) {
        sight.nowUs += LOOK_US;
        sight.arrivedBytes += pace * BYTES;
        sight.behindUs += (1 - pace) * LOOK_US;
        each(look);
        const isWindowClosed = more.isWindowClosed ?? true;
        answers.push(receiver.see({ ...sight, ...more, isWindowClosed }));
      }
      return answers;
    },
    look: (more: Partial<ReceiverSight>) => {
      sight.nowUs += LOOK_US;
      return receiver.see({ ...sight, ...more });
    },
  };
}

test('a window that was never closed says nothing', () => {
  const { run } = open();
  assert.equal([...new Set(run(10, 0.5, { isWindowClosed: false }))], [false]);
});

test('whose player reads no faster than it plays is the limit, though its window opens for moments', () => {
  const { look } = open();
  let n = 0;
  for (; n < 600; n++) {
    const chunkUs = (n % 5) * 100_000;
    const isLimit = look({ isWindowClosed: n % 7 === 0, arrivedBytes: n * BYTES, behindUs: 500_000 + chunkUs });
    assert.ok(isLimit, `${n}`);
  }
});

test('one that falls further and further behind has a slow link behind it', () => {
  const { run } = open();
  const answers = run(10, 0.5);
  assert.ok(answers[0]);
  assert.is(answers.at(-1), false);
  assert.ok(answers.indexOf(false) <= 30);
});

test('… and no longer when it has caught up', () => {
  const { run } = open();
  run(10, 0.5);
  assert.is(run(6, 2).at(-1), true);
});

test('who has enough in hand is the limit whatever it reads', () => {
  const { run } = open();
  assert.ok(run(10, 0.5, { hasEnough: true }).every((isLimit) => isLimit));
});

test('a paused player with nothing in hand is the limit after a while without reading', () => {
  const { run } = open();
  run(10, 0.5);
  const answers = run(30, 0);
  assert.is(answers[0], false);
  assert.is(answers.at(-1), true);
});

test('a clock that is a little slow is no slow link', () => {
  const { run } = open();
  assert.ok(run(3_600, 0.9995).every((isLimit) => isLimit));
});

test('soon after the window is open again, it is the link that counts', () => {
  const { run } = open();
  run(5, 1);
  const answers = run(5, 1, { isWindowClosed: false });
  assert.ok(answers[0]);
  assert.ok(answers.indexOf(false) <= 16);
});

test.run();
