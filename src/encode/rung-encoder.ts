import type { Channels } from '../core/pcm.ts';
import type { Codec, Rung } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';

/**
 * Sample frames per codec frame at 48 kHz. Fixed, so that all rungs of a codec lie on one grid. FLAC may choose
 * freely: 96 ms keeps the join short and compresses as well as the longer default.
 */
export const FRAME_SIZE: Readonly<Record<Codec, number>> = { mp3: 1152, aac: 1024, opus: 960, flac: 4608 };

/**
 * Sample frames between those that an encoder is given and those that a decoder makes of its packets: the first
 * packet of one that starts at sample n begins at n less this.
 */
export const CODEC_DELAY: Readonly<Record<Codec, number>> = { mp3: 1105, aac: 1024, opus: 312, flac: 0 };

/** At and below this bitrate Opus is mono, kbit/s: what two channels would get is too little for either. */
const OPUS_MONO_KBPS = 32;

/** How many channels a rung is encoded with where the sound has `channels`. */
export function channelsOf(rung: Rung, channels: Channels): Channels {
  return rung.codec === 'opus' && rung.bitrateKbps <= OPUS_MONO_KBPS ? 1 : channels;
}

/** One codec frame's worth of sound in the form that its encoders take; all rungs of a codec share it. */
export interface SharedFrame extends Disposable {
  /** Sample frames that it holds. */
  readonly size: number;
  /** Where the interleaved samples go before `commit`. */
  readonly input: Int16Array;
  /** Makes what stands in `input` ready for encoders; `start` is the absolute index of its first sample. */
  commit(start: number): void;
}

/**
 * Receives a packet. `firstSample` is the absolute index of the first sample that its decoder will put out for
 * it, so encoder and decoder delay are already taken off. `data` is valid until the receiver returns.
 */
export type OnPacket = (data: Uint8Array, firstSample: number) => void;

/** Encodes one rung, synchronously. */
export interface RungEncoder extends Disposable {
  /** Codec configuration as FFmpeg's extradata; empty where there is none. */
  readonly config: Uint8Array;
  /** @throws MediaError when the codec refuses; the encoder is of no more use then. */
  encode(frame: SharedFrame, onPacket: OnPacket): void;
}

/** Makes encoders and the frames that they take. */
export interface EncoderFactory {
  frame(codec: Codec, channels: Channels): SharedFrame;
  /** @throws MediaError when the codec can't be opened so */
  encoder(rung: Rung, settings: EncoderSettings): RungEncoder;
}
