import { fileURLToPath } from 'node:url';
import type { TrackMetadata } from '../core/access-unit.ts';
import type { PcmBlock } from '../core/pcm.ts';
import { decodeFile } from './ffmpeg-input.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** So much may be ahead, for a machine that is busy for a moment. */
const LEAD_MS = 100;
const PATH = fileURLToPath(new URL('demo.opus', import.meta.url));
const METADATA: TrackMetadata = { title: 'Built-in recording', artist: 'Pipit' };

/** The recording that comes with Pipit, over and over: what an appliance without a microphone lets one hear. */
export class DemoSource implements AudioSource {
  readonly description = 'built-in recording';
  readonly #context: SourceContext;

  constructor(_settings: { readonly type: 'demo' }, context: SourceContext) {
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#rounds(signal), { clock: this.#context.clock, signal }, { leadMs: LEAD_MS });
  }

  async *#rounds(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    this.#context.onMetadata(METADATA);
    // The tags of the file say the same, and need not be told with every round.
    while (!signal.aborted) yield* decodeFile(PATH, this.#context, signal, { onMetadata: () => {} });
  }
}
