import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isLedDrawn } from '../testkit/draw-led.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { LED_PATTERNS, type LedState, StatusLed } from './status-led.ts';

const test = suite('status LED');

test('each state looks like no other', () => {
  const looks = Object.values(LED_PATTERNS).map((pattern) => pattern.join());
  assert.is(new Set(looks).size, looks.length);
  for (const pattern of Object.values(LED_PATTERNS)) assert.ok(pattern.length === 1 || pattern.length % 2 === 0);
});

test('two blinks tell a failure, three a weak power supply, in the same time', () => {
  const blinks = (state: LedState): number => {
    const clock = new FakeClock();
    const edges: boolean[] = [];
    const pin = { set: (isOn: boolean) => void edges.push(isOn), [Symbol.dispose]() {} };
    const led = new StatusLed({ clock, pin });
    led.show(state);
    clock.advance(1_499);
    led[Symbol.dispose]();
    return edges.filter(Boolean).length;
  };
  assert.equal([blinks('error'), blinks('under-voltage')], [2, 3]);
});

test('the picture in docs/ is of these patterns: node src/testkit/draw-led.ts draws it', () => {
  assert.ok(isLedDrawn());
});

test.run();
