import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PcmBlock } from '../core/pcm.ts';
import { MutableSource } from './mutable-source.ts';
import type { AudioSource } from './source.ts';

const test = suite('mutable source');

/** Yields blocks of one value until it is closed, and counts how often it is open. */
class ConstantSource implements AudioSource {
  readonly description: string;
  readonly #value: number;
  readonly #limit: number;
  openings = 0;
  isOpen = false;

  constructor(description: string, value: number, limit = Number.POSITIVE_INFINITY) {
    this.description = description;
    this.#value = value;
    this.#limit = limit;
  }

  async *read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    this.openings += 1;
    this.isOpen = true;
    try {
      for (let i = 0; i < this.#limit && !signal.aborted; i += 1) {
        yield { samples: Int16Array.of(this.#value), channels: 1, ptsUs: i };
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      this.isOpen = false;
    }
  }
}

async function next(blocks: AsyncGenerator<PcmBlock>): Promise<number | undefined> {
  const { value, done } = await blocks.next();
  return done === true ? undefined : (value as PcmBlock).samples[0];
}

test('a muted source is closed and gives silence; unmuted, it is opened again', async () => {
  const microphone = new ConstantSource('microphone', 7);
  const source = new MutableSource(microphone, new ConstantSource('silence', 0), false);
  const stop = new AbortController();
  const blocks = source.read(stop.signal);
  assert.is(await next(blocks), 7);
  source.mute(true);
  assert.is(await next(blocks), 0);
  assert.is(microphone.isOpen, false);
  source.mute(true);
  assert.is(await next(blocks), 0);
  source.mute(false);
  assert.is(await next(blocks), 7);
  assert.is(microphone.openings, 2);
  stop.abort();
  assert.is(await next(blocks), undefined);
});

test('a source that is muted from the start is never opened', async () => {
  const microphone = new ConstantSource('microphone', 7);
  const source = new MutableSource(microphone, new ConstantSource('silence', 0), true);
  const blocks = source.read(new AbortController().signal);
  for (let i = 0; i < 5; i += 1) assert.is(await next(blocks), 0);
  assert.is(microphone.openings, 0);
  await blocks.return();
});

test('a source that ends in order ends it', async () => {
  const source = new MutableSource(new ConstantSource('short', 7, 2), new ConstantSource('silence', 0), false);
  const blocks = source.read(new AbortController().signal);
  assert.equal([await next(blocks), await next(blocks), await next(blocks)], [7, 7, undefined]);
});

test.run();
