import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkStatus } from './network-status.ts';
import { levelBeside, presetOf, presetsAnswer } from './presets.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('presets');

test('the answer holds every preset and threshold by the names that clients know', () => {
  assert.equal(presetsAnswer(DEFAULT_QUICK_SYNC), {
    presets: {
      low: { bitrate: 64, buffer_size: 5, preload: 'metadata', description: 'Saves bandwidth' },
      medium: { bitrate: 128, buffer_size: 10, preload: 'auto', description: 'Balanced quality and bandwidth' },
      high: { bitrate: 256, buffer_size: 15, preload: 'auto', description: 'Best listening experience' },
      ultra: { bitrate: 320, buffer_size: 20, preload: 'auto', description: 'Maximum fidelity' },
      auto: { bitrate: 0, buffer_size: 0, preload: 'auto', description: 'Adapts to the connection' },
    },
    thresholds: { ultra: 5, high: 2, medium: 1, low: 0.5 },
  });
});

test('lossless has the buffer of ultra and no bitrate', () => {
  assert.equal(presetOf('lossless', DEFAULT_QUICK_SYNC), { bitrate: 0, bufferSize: 20, preload: 'auto' });
});

test('there is no level beyond the ends', () => {
  assert.is(levelBeside('low', -1), 'low');
  assert.is(levelBeside('high', -1), 'medium');
  assert.is(levelBeside('ultra', 1), 'ultra');
});

test('a link in a word', () => {
  const words = [0, 0.99, 1, 1.99, 2, 4.99, 5, 900].map(networkStatus);
  assert.equal(words, ['poor', 'poor', 'fair', 'fair', 'good', 'good', 'excellent', 'excellent']);
});

test.run();
