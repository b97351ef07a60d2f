import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { QualityLevel } from '../core/quality-level.ts';
import { bufferPlan } from './buffer-plan.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('buffer plan');

function plan(level: QualityLevel, mbps: number): readonly (string | number)[] {
  return Object.values(bufferPlan(DEFAULT_QUICK_SYNC.presets[level], mbps, 0.3));
}

test('a level has its own buffer, twice that at most, and plays again from three tenths of it', () => {
  assert.equal(bufferPlan(DEFAULT_QUICK_SYNC.presets.high, 3, 0.3), {
    bufferSize: 15,
    preload: 'auto',
    maxBufferSize: 30,
    rebufferThreshold: 4.5,
  });
  assert.equal(plan('low', 1), [5, 'metadata', 10, 1.5]);
  assert.equal(plan('ultra', 5), [20, 'auto', 40, 6]);
});

test('a slow link keeps at least 15 s and loads them at once', () => {
  assert.equal(plan('low', 0.99), [15, 'auto', 30, 4.5]);
  assert.equal(plan('ultra', 0.2), [20, 'auto', 40, 6]);
});

test('a fast link keeps at most 10 s', () => {
  assert.equal(plan('ultra', 5.01), [10, 'auto', 20, 3]);
  assert.equal(plan('low', 50), [5, 'metadata', 10, 1.5]);
});

test.run();
