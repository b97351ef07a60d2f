import type { PcmBlock } from '../core/pcm.ts';
import type { AudioSource } from './source.ts';

/**
 * A source that can be muted: then it is closed, as whoever asks for privacy expects of a microphone, and silence
 * flows in its place, so that listeners keep their connections.
 */
export class MutableSource implements AudioSource {
  readonly #source: AudioSource;
  readonly #silence: AudioSource;
  #isMuted: boolean;
  #change = new AbortController();

  constructor(source: AudioSource, silence: AudioSource, isMuted: boolean) {
    this.#source = source;
    this.#silence = silence;
    this.#isMuted = isMuted;
  }

  get description(): string {
    return this.#source.description;
  }

  /** Closes the source, or opens it again. */
  mute(isMuted: boolean): void {
    if (isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    this.#change.abort();
  }

  async *read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    while (!signal.aborted) {
      this.#change = new AbortController();
      const change = this.#change.signal;
      yield* (this.#isMuted ? this.#silence : this.#source).read(AbortSignal.any([signal, change]));
      if (!change.aborted) return;
    }
  }
}
