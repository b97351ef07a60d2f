import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostLoad, UNKNOWN_LOAD } from './host-load.ts';
import { HostPressure } from './host-pressure.ts';

const test = suite('host-pressure');

const MARKS = { down: 80, up: 50 };

function feel(load: Partial<HostLoad>) {
  return new HostPressure().feel(1e9, { ...UNKNOWN_LOAD, ...load }, MARKS);
}

test('each figure has a mark beyond which it presses, and one below which it is calm', () => {
  const cases: [string, Partial<HostLoad>, Partial<HostLoad>, Partial<HostLoad>][] = [
    ['temperature', { temperatureC: 81 }, { temperatureC: 76 }, { temperatureC: 71 }],
    ['memory', { memoryPercent: 91 }, { memoryPercent: 85 }, { memoryPercent: 79 }],
    ['memory', { memoryPressurePercent: 21 }, { memoryPressurePercent: 10 }, { memoryPressurePercent: 4 }],
    ['cpu', { cpuPercent: 81 }, { cpuPercent: 60 }, { cpuPercent: 49 }],
  ];
  for (const [reason, high, between, low] of cases) {
    assert.equal([feel(high).reasons, feel(high).isCalm], [[reason], false]);
    assert.equal([feel(between).reasons, feel(between).isCalm], [[], false]);
    assert.equal([feel(low).reasons, feel(low).isCalm], [[], true]);
  }
});

test('a box that swaps is short of memory; one that is throttled is not calm, but may have room', () => {
  assert.equal([feel({ isSwapping: true }).reasons, feel({ isSwapping: true }).hasRoom], [['memory'], false]);
  const { reasons, isCalm, hasRoom } = feel({ isThrottled: true });
  assert.equal([reasons, isCalm, hasRoom], [['throttled'], false, true]);
});

test('a box that tells nothing is calm, and known for it', () => {
  assert.equal(feel({}), { reasons: [], isCalm: true, hasRoom: true, isKnown: false, cpuPercent: undefined });
  assert.ok(feel({ cpuPercent: 10 }).isKnown);
});

test('reasons come in the order of their weight', () => {
  const all = { temperatureC: 90, memoryPercent: 99, cpuPercent: 100, isThrottled: true };
  assert.equal(feel(all).reasons, ['temperature', 'memory', 'cpu', 'throttled']);
});

test('the load of the processor is smoothed over some seconds', () => {
  const pressure = new HostPressure();
  const at = (second: number, cpuPercent: number) =>
    pressure.feel(second * 1e6, { ...UNKNOWN_LOAD, cpuPercent }, MARKS).reasons.length;
  at(1, 20);
  assert.is(at(2, 100), 0);
  assert.is(at(3, 20), 0);
  for (let second = 4; second < 10; second++) at(second, 100);
  assert.is(at(10, 100), 1);
});

test.run();
