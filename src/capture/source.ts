import type { TrackMetadata } from '../core/access-unit.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import type { Codec } from '../core/rung.ts';

/** One compressed frame as the source delivers it, for rungs that may be passed through. */
export interface SourcePacket {
  readonly codec: Codec;
  readonly sampleRate: number;
  readonly channels: number;
  /** The bare codec frame. Owned by the receiver. */
  readonly data: Uint8Array;
  /** Samples (at `sampleRate`) that the frame decodes to. */
  readonly durationSamples: number;
}

/** What every source is given. */
export interface SourceContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  /** The layout that blocks must have. */
  readonly channels: Channels;
  /** Called when the source learns what is playing. */
  onMetadata(metadata: TrackMetadata): void;
  /** Called with each compressed frame before the block that holds its first sample; only encoded sources call it. */
  onPacket?(packet: SourcePacket): void;
}

/** Where sound comes from. */
export interface AudioSource {
  /** One line for status and log: what is opened, without secrets. */
  readonly description: string;
  /**
   * Opens the source and yields its sound in real time, blocks of about 20 to 100 ms, until it ends (return),
   * fails (DeviceError, MediaError or NetworkError) or `signal` aborts (return). May be called again after it
   * has ended; everything it opened is closed by then.
   */
  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined>;
}
