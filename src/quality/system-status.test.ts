import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';
import { type SystemLoad, systemLoad } from './system-status.ts';

const test = suite('system status');

function of(figures: Partial<HostLoad>): SystemLoad {
  return systemLoad({ ...UNKNOWN_LOAD, ...figures }, DEFAULT_QUICK_SYNC);
}

test('above 80 % of CPU or 85 % of memory it is high, above 50 or 70 moderate', () => {
  const status = (cpuPercent: number, memoryPercent: number) => of({ cpuPercent, memoryPercent }).status;
  assert.is(status(80, 60), 'moderate_load');
  assert.is(status(80.1, 60), 'high_load');
  assert.is(status(10, 85), 'moderate_load');
  assert.is(status(10, 85.1), 'high_load');
  assert.is(status(50, 70), 'low_load');
  assert.is(status(50.1, 10), 'moderate_load');
  assert.is(status(10, 70.1), 'moderate_load');
});

test('a Pi that throttles or swaps has it hard, however idle it looks', () => {
  const idle = { cpuPercent: 1, memoryPercent: 10, memoryPressurePercent: 0 };
  assert.equal(of({ ...idle, isThrottled: true }), { status: 'high_load', cause: 'throttled', isIdle: false });
  assert.equal(of({ ...idle, isSwapping: true }), { status: 'high_load', cause: 'swapping', isIdle: false });
  assert.is(of({ ...idle, isThrottled: false, isSwapping: false }).status, 'low_load');
});

test('memory in use that nothing waits for is no high load', () => {
  const full = { cpuPercent: 20, memoryPercent: 93 };
  assert.is(of(full).status, 'high_load');
  assert.equal(of({ ...full, memoryPressurePercent: 0.2, isSwapping: false }), {
    status: 'moderate_load',
    cause: 'memory',
    isIdle: false,
  });
  assert.is(of({ ...full, memoryPressurePercent: 0 }).status, 'moderate_load');
  assert.is(of({ ...full, memoryPressurePercent: 0, isSwapping: true }).cause, 'swapping');
  assert.is(of({ ...full, memoryPressurePercent: 3 }).cause, 'memory');
  assert.is(of({ ...full, cpuPercent: 90, memoryPressurePercent: 0 }).cause, 'cpu');
});

test('programs that wait for memory are high load, however much is free', () => {
  assert.equal(of({ cpuPercent: 1, memoryPercent: 10, memoryPressurePercent: 25 }), {
    status: 'high_load',
    cause: 'pressure',
    isIdle: false,
  });
});

test('idle is what is known to be idle', () => {
  assert.ok(of({ cpuPercent: 29, memoryPercent: 49 }).isIdle);
  assert.ok(of({ cpuPercent: 29, memoryPercent: 49, memoryPressurePercent: 0 }).isIdle);
  assert.not.ok(of({ cpuPercent: 30, memoryPercent: 49 }).isIdle);
  assert.not.ok(of({ cpuPercent: 29, memoryPercent: 50 }).isIdle);
  assert.not.ok(of({ cpuPercent: 29, memoryPercent: 49, memoryPressurePercent: 5 }).isIdle);
  assert.not.ok(of({ cpuPercent: 29 }).isIdle);
  assert.equal(of({}), { status: 'low_load', cause: undefined, isIdle: false });
});

test.run();
