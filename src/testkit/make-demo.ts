import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * Makes src/capture/demo.opus, the built-in recording: chirps, a voice over a soft melody, chirps again. Run it by
 * hand after a change: node src/testkit/make-demo.ts. It needs espeak-ng and ffmpeg.
 */
const RATE = 48_000;
const SECONDS = 25;
const SPEECH_AT = 2;
const RMS_DB = -18;
const PEAK = 10 ** (-1.5 / 20);
const TEXT = [
  'Hello! This is Pipit.',
  'No microphone was found, so you hear the built-in recording.',
  'Plug in a U S B microphone, and it will be heard right here.',
  'Until then, enjoy the birds.',
].join(' ');
/** The melody: seconds from its start, and semitones above A3. */
const MELODY: readonly (readonly [number, number])[] = [0, 7, 12, 10, 7, 3, 5, 7].map((note, i) => [i * 0.75, note]);

const mix = new Float64Array(SECONDS * RATE);
addMelody(0.5, 0.06);
addMelody(6.5, 0.06);
addMelody(12.5, 0.06);
addMelody(18.5, 0.2);
addSpeech(SPEECH_AT, 0.7);
for (const at of [0.2, 1.1, SECONDS - 6, SECONDS - 4.1, SECONDS - 2.6]) addChirps(at, 0.12);
fadeOut(0.4);
encode(normalised(mix));

/** Soft bells: three partials that die away. */
function addMelody(at: number, level: number): void {
  for (const [offset, semitones] of MELODY) {
    const hz = 220 * 2 ** (semitones / 12);
    add(at + offset, 2, (t) => {
      const envelope = Math.min(1, t / 0.02) * Math.exp(-t * 2.2) * Math.min(1, (2 - t) / 0.1);
      return level * envelope * (sine(hz, t) + 0.4 * sine(2 * hz, t) * Math.exp(-t * 3) + 0.15 * sine(3 * hz, t));
    });
  }
}

/** A bird's phrase: short whistles that glide, with a trill after them. */
function addChirps(at: number, level: number): void {
  const whistles = [0, 0.16, 0.32, 0.42, 0.5, 0.58, 0.66];
  for (const [i, offset] of whistles.entries()) {
    const seconds = i < 2 ? 0.12 : 0.07;
    const from = i < 2 ? 2400 : 3600;
    const glide = i < 2 ? 1400 : -1100;
    add(at + offset, seconds, (t) => {
      const cycles = from * t + (glide * t * t) / (2 * seconds);
      return level * Math.sin((Math.PI * t) / seconds) ** 2 * Math.sin(2 * Math.PI * cycles);
    });
  }
}

function addSpeech(at: number, level: number): void {
  const wav = execFileSync('espeak-ng', ['-v', 'en-gb', '-s', '145', '-p', '55', '-g', '4', '--stdout', TEXT]);
  const options = ['-af', 'highpass=f=90,treble=g=-3:f=6000', '-f', 's16le', '-ar', `${RATE}`, '-ac', '1', 'pipe:1'];
  const pcm = execFileSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', ...options], {
    input: wav,
    maxBuffer: 64 * 1024 * 1024,
  });
  const frames = Math.floor(pcm.length / 2);
  if (at + frames / RATE > SECONDS - 6) throw new Error(`the speech takes ${frames / RATE} s, which is too long`);
  for (let i = 0; i < frames; i += 1) {
    const slot = at * RATE + i;
    mix[slot] = (mix[slot] ?? 0) + (level * pcm.readInt16LE(i * 2)) / 32_768;
  }
}

function add(at: number, seconds: number, wave: (t: number) => number): void {
  const start = Math.round(at * RATE);
  const end = Math.min(mix.length, start + Math.round(seconds * RATE));
  for (let i = start; i < end; i += 1) mix[i] = (mix[i] ?? 0) + wave((i - start) / RATE);
}

/** So that the end joins the beginning without a click. */
function fadeOut(seconds: number): void {
  const frames = seconds * RATE;
  for (let i = 0; i < frames; i += 1) {
    const slot = mix.length - 1 - i;
    mix[slot] = ((mix[slot] ?? 0) * i) / frames;
  }
}

function sine(hz: number, t: number): number {
  return Math.sin(2 * Math.PI * hz * t);
}

/** At RMS_DB, what stands out bent softly below PEAK. */
function normalised(samples: Float64Array): Int16Array {
  const rms = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  const gain = 10 ** (RMS_DB / 20) / rms;
  return Int16Array.from(samples, (value) => Math.round(32_767 * softLimit(value * gain)));
}

function softLimit(value: number): number {
  const knee = PEAK * 0.7;
  const size = Math.abs(value);
  if (size <= knee) return value;
  return Math.sign(value) * (knee + (PEAK - knee) * Math.tanh((size - knee) / (PEAK - knee)));
}

function encode(samples: Int16Array): void {
  const path = fileURLToPath(new URL('../capture/demo.opus', import.meta.url));
  const input = ['-f', 's16le', '-ar', `${RATE}`, '-ac', '1', '-i', 'pipe:0'];
  const codec = ['-c:a', 'libopus', '-b:a', '56k', '-vbr', 'constrained', '-application', 'audio'];
  const tags = ['-metadata', 'title=Built-in recording', '-metadata', 'artist=Pipit'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...input, ...codec, ...tags, '-bitexact', path], {
    input: Buffer.from(samples.buffer),
  });
}
