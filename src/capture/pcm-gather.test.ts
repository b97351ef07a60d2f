import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PcmBlock } from '../core/pcm.ts';
import { PcmGather } from './pcm-gather.ts';

const test = suite('pcm gather');

test('blocks hold every sample once, in order, within the lengths that are promised', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1 as const, 2 as const),
      fc.integer({ min: 1, max: 4800 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 }),
      (channels, minFrames, lengths) => {
        const gather = new PcmGather({ channels, minFrames });
        const blocks: PcmBlock[] = [];
        let next = 0;
        for (const frames of lengths) {
          gather.append(Int16Array.from({ length: frames * channels }, () => next++ & 0x7fff));
          for (let block = gather.take(); block !== undefined; block = gather.take()) {
            assert.ok(block.samples.length >= minFrames * channels);
            blocks.push(block);
          }
        }
        for (let block = gather.takeRest(); block !== undefined; block = gather.takeRest()) blocks.push(block);
        let seen = 0;
        for (const { samples } of blocks) {
          assert.ok(samples.length <= 4800 * channels);
          for (const sample of samples) if (sample !== (seen++ & 0x7fff)) assert.unreachable(`sample ${seen - 1}`);
        }
        assert.is(seen, next);
      },
    ),
  );
});

test('a block is the receiver’s: what comes later does not change it', () => {
  const gather = new PcmGather({ channels: 1, minFrames: 10 });
  gather.append(new Int16Array(10).fill(1));
  const block = gather.take();
  gather.append(new Int16Array(10).fill(2));
  assert.ok(block?.samples.every((sample) => sample === 1));
});

test.run();
