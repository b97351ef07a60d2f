import { ByteInput } from '../src/capture/byte-input.ts';
import { decodeBytes } from '../src/capture/decode-bytes.ts';
import type { SourceContext } from '../src/capture/source.ts';
import { systemClock } from '../src/core/clock.ts';
import { CounterSet } from '../src/core/counters.ts';
import type { Log } from '../src/core/log.ts';
import { toneLevels } from './tone-levels.ts';

const RATE = 48_000;
const CHANNELS = 1;

/** Sound that was decoded: one channel at 48 kHz. */
export class Sound {
  readonly samples: Int16Array;

  constructor(samples: Int16Array) {
    this.samples = samples;
  }

  get seconds(): number {
    return this.samples.length / RATE;
  }

  last(seconds: number): Sound {
    return new Sound(this.samples.subarray(-Math.floor(seconds * RATE)));
  }

  /** The loudest sample, 0 to 1. */
  get peak(): number {
    return this.samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32_768;
  }

  tone(hz: number): { readonly toneDb: number; readonly aboveRestDb: number } {
    return toneLevels(this.samples, RATE, hz);
  }
}

/** Decodes a piece of a stream with the FFmpeg that Pipit brings: no program is needed for it. */
export async function decodeSound(bytes: Uint8Array, contentType: string): Promise<Sound> {
  const input = new ByteInput(Number.POSITIVE_INFINITY);
  input.push(bytes);
  input.end();
  const parts: Int16Array[] = [];
  // What decodes holds no reference to the event loop.
  const awake = setInterval(() => {}, 1_000);
  try {
    const signal = AbortSignal.timeout(60_000);
    for await (const { samples } of decodeBytes(input, { contentType, name: 'the stream' }, CONTEXT, signal)) {
      parts.push(samples.slice());
    }
  } catch {
    // The piece was too short for a decoder to begin with: there is no sound in it.
  } finally {
    clearInterval(awake);
  }
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Sound(whole);
}

const nothing = (): void => {};
const QUIET: Log = {
  debug: nothing,
  info: nothing,
  notice: nothing,
  warning: nothing,
  error: nothing,
  crit: nothing,
  room: () => QUIET,
};
const CONTEXT: SourceContext = {
  clock: systemClock,
  log: QUIET,
  counters: new CounterSet(),
  channels: CHANNELS,
  onMetadata: nothing,
};
