import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** Frames of a block: 40 ms. */
const BLOCK_FRAMES = SAMPLE_RATE / 25;

/** Digital silence in real time: keeps listeners connected when there is nothing else. */
export class SilenceSource implements AudioSource {
  readonly description = 'silence';
  readonly #context: SourceContext;

  constructor(_settings: { readonly type: 'silence' }, context: SourceContext) {
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#blocks(signal), { clock: this.#context.clock, signal }, { leadMs: 0 });
  }

  async *#blocks(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { channels } = this.#context;
    while (!signal.aborted) yield { samples: new Int16Array(BLOCK_FRAMES * channels), channels };
  }
}
