import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';

/** What ffmpeg made of a stream. */
export interface DecodedAudio {
  /** Interleaved samples at 48 kHz. */
  readonly samples: Int16Array;
  readonly channels: number;
  /** What ffmpeg said; empty for a clean stream. */
  readonly complaints: string;
}

/**
 * Decodes a stream with the ffmpeg of this machine.
 * @param options.format what the bytes are, as ffmpeg's -f names it; probed when left out
 * @param options.isStrict to hear of its warnings too, and to end at the first error
 */
export async function decodeAudio(
  stream: Uint8Array,
  options: { readonly channels: number; readonly format?: string; readonly isStrict?: boolean },
): Promise<DecodedAudio> {
  const input = options.format === undefined ? [] : ['-f', options.format];
  const output = ['-f', 's16le', '-ar', '48000', '-ac', String(options.channels), 'pipe:1'];
  const log = options.isStrict === true ? ['-v', 'warning', '-xerror'] : ['-v', 'error'];
  const ffmpeg = spawn('ffmpeg', [...log, '-nostdin', ...input, '-i', 'pipe:0', ...output]);
  // ffmpeg may end before it has read all; what it says then is what counts.
  ffmpeg.stdin.on('error', () => {});
  ffmpeg.stdin.end(stream);
  const [pcm, complaints] = await Promise.all([buffer(ffmpeg.stdout), text(ffmpeg.stderr)]);
  const samples = new Int16Array(Math.floor(pcm.length / 2));
  Buffer.from(samples.buffer).set(pcm.subarray(0, samples.length * 2));
  return { samples, channels: options.channels, complaints: complaints.trim() };
}

/**
 * Amplitude of the sine of frequency `hz` in one channel, in dBFS where 0 is a full-scale sine: one bin of a
 * Fourier transform under a Hann window.
 */
export function toneDb(audio: Pick<DecodedAudio, 'samples' | 'channels'>, channel: number, hz: number): number {
  const frames = Math.floor(audio.samples.length / audio.channels);
  let real = 0;
  let imaginary = 0;
  for (let i = 0; i < frames; i++) {
    const window = 1 - Math.cos((2 * Math.PI * i) / frames);
    const value = ((audio.samples[i * audio.channels + channel] as number) / 32768) * window;
    const angle = (2 * Math.PI * hz * i) / 48_000;
    real += value * Math.cos(angle);
    imaginary += value * Math.sin(angle);
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / frames);
}
