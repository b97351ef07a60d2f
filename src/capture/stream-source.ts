import type { PcmBlock } from '../core/pcm.ts';
import type { ClientSettings } from '../core/source-settings.ts';
import type { ByteInput } from './byte-input.ts';
import { decodeBytes } from './decode-bytes.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** A client may be so far ahead; then its connection is held back. */
const LEAD_MS = 2_000;

/** What a source client sends, as its bytes come in over the link. */
export class StreamSource implements AudioSource {
  readonly description = 'source client';
  readonly #settings: ClientSettings;
  readonly #context: SourceContext;
  readonly #input: ByteInput;

  constructor(settings: ClientSettings, context: SourceContext, input: ByteInput) {
    this.#settings = settings;
    this.#context = context;
    this.#input = input;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { contentType } = this.#settings;
    const blocks = decodeBytes(
      this.#input,
      { contentType, name: 'what the source client sends' },
      this.#context,
      signal,
    );
    return paced(blocks, { clock: this.#context.clock, signal }, { leadMs: LEAD_MS, isStamped: true });
  }
}
