import type { PcmBlock } from '../core/pcm.ts';
import type { FileSettings } from '../core/source-settings.ts';
import { decodeFile } from './ffmpeg-input.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** So much may be ahead, for a machine that is busy for a moment. */
const LEAD_MS = 100;

/** A file in real time, over and over where that is wanted: its end and its beginning join without a gap. */
export class FileSource implements AudioSource {
  readonly description: string;
  readonly #settings: FileSettings;
  readonly #context: SourceContext;

  constructor(settings: FileSettings, context: SourceContext) {
    this.description = `file ${settings.path}`;
    this.#settings = settings;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#rounds(signal), { clock: this.#context.clock, signal }, { leadMs: LEAD_MS });
  }

  /**
   * Decoders leave out the silence that encoders put around a file, so rounds need only follow each other; and
   * opening takes less time than the schedule may be behind.
   */
  async *#rounds(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { path, loop } = this.#settings;
    do yield* decodeFile(path, this.#context, signal);
    while (loop && !signal.aborted);
  }
}
