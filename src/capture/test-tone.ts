import { type Channels, type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { TestSettings } from '../core/source-settings.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** Frames of a block: 40 ms. */
const BLOCK_FRAMES = SAMPLE_RATE / 25;
/** The beep fills the first 50 ms of each second. */
const BEEP_FRAMES = SAMPLE_RATE / 20;
const BEEP_GAIN_DB = 6;
const BEEP_MAX_DB = -3;
const BEEP_RATIO = 3;
/** A beep beyond it would be hard to hear and is not on every rung: then it lies below the tone instead. Hz. */
const BEEP_MAX_HZ = 12_000;

export type Tone = Pick<TestSettings, 'frequencyHz' | 'levelDb'>;

/**
 * Interleaved samples of the test tone from frame `startFrame` on, the same in every channel: a sine of `levelDb`
 * dBFS, and a beep in the first 50 ms of each second of the frame count. A pure function of its arguments, so that
 * blocks of any size join; the phase goes on through every change of frequency.
 */
export function toneBlock(tone: Tone, startFrame: number, frames: number, channels: Channels): Int16Array<ArrayBuffer> {
  const { frequencyHz, levelDb } = tone;
  const beepHz = beepFrequency(frequencyHz);
  const amplitude = amplitudeOf(levelDb);
  const beepAmplitude = amplitudeOf(Math.min(levelDb + BEEP_GAIN_DB, BEEP_MAX_DB));
  const beepCycles = (beepHz * BEEP_FRAMES) / SAMPLE_RATE;
  const cyclesPerSecond = beepCycles + (frequencyHz * (SAMPLE_RATE - BEEP_FRAMES)) / SAMPLE_RATE;
  const samples = new Int16Array(frames * channels);
  for (let i = 0; i < frames; i += 1) {
    const frame = startFrame + i;
    const second = Math.floor(frame / SAMPLE_RATE);
    const offset = frame - second * SAMPLE_RATE;
    const isBeep = offset < BEEP_FRAMES;
    const cycles = isBeep
      ? (beepHz * offset) / SAMPLE_RATE
      : beepCycles + (frequencyHz * (offset - BEEP_FRAMES)) / SAMPLE_RATE;
    // Whole cycles go first: the sine of a large number is not exact.
    const phase = ((second * cyclesPerSecond) % 1) + cycles;
    const value = Math.round((isBeep ? beepAmplitude : amplitude) * Math.sin(2 * Math.PI * (phase % 1)));
    for (let channel = 0; channel < channels; channel += 1) samples[i * channels + channel] = value;
  }
  return samples;
}

/** The frequency of the beep in Hz: three times the tone's, or a third of it where that would be too high. */
export function beepFrequency(frequencyHz: number): number {
  return frequencyHz * BEEP_RATIO <= BEEP_MAX_HZ ? frequencyHz * BEEP_RATIO : frequencyHz / BEEP_RATIO;
}

/** A tone with a beep at each second, in real time: to measure latency, and to hear that everything works. */
export class TestTone implements AudioSource {
  readonly description: string;
  readonly #settings: TestSettings;
  readonly #context: SourceContext;

  constructor(settings: TestSettings, context: SourceContext) {
    this.description = `test tone ${settings.frequencyHz} Hz`;
    this.#settings = settings;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#blocks(signal), { clock: this.#context.clock, signal }, { leadMs: 0 });
  }

  async *#blocks(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { channels } = this.#context;
    for (let frame = 0; !signal.aborted; frame += BLOCK_FRAMES) {
      yield { samples: toneBlock(this.#settings, frame, BLOCK_FRAMES, channels), channels };
    }
  }
}

function amplitudeOf(levelDb: number): number {
  return 32_767 * 10 ** (Math.min(levelDb, 0) / 20);
}
