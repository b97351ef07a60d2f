/**
 * What encoder effort costs and buys: CPU seconds per minute of 48 kHz stereo as a media worker spends them, and
 * the noise-to-mask ratio (see noise-to-mask.ts) of what listeners get. "worth" is the bitrate at which the
 * highest effort is as noisy, by interpolation: a rung of 128 kbit/s that is worth 112 wastes an eighth.
 *
 *   node bench/encoder-effort.ts [SOUND FILE] [SECONDS] [RUNG...]
 *
 * The sound file (also where it is given as an empty string) defaults to music-stereo-48k.opus in PIPIT_BENCH_MEDIA or ../shared/media. Speech is made by
 * espeak-ng. Needs ffmpeg.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SAMPLE_RATE } from '../src/core/pcm.ts';
import { type Codec, type Rung, rungNamed } from '../src/core/rung.ts';
import type { EncoderSettings } from '../src/core/source-settings.ts';
import { ffmpegEncoders } from '../src/encode/ffmpeg-encoder.ts';
import { oggOpus } from '../src/encode/ogg-opus.testing.ts';
import { decodeAudio } from '../src/testkit/decode-audio.ts';
import { noiseToMaskDb } from './noise-to-mask.ts';

const BASE: EncoderSettings = {
  channels: 2,
  mp3Quality: 0,
  opusComplexity: 10,
  aacCoder: 'twoloop',
  flacLevel: 8,
  primeSeconds: 0,
};

/** What is compared, and which effort is the highest; `rates` are where its worth is measured. */
const TRIALS: readonly {
  readonly rung: string;
  readonly rates: readonly number[];
  readonly efforts: readonly (readonly [string, Partial<EncoderSettings>])[];
}[] = [
  {
    rung: 'mp3@128',
    rates: [80, 96, 112, 128, 160, 192],
    efforts: [0, 2, 3, 4, 5, 6, 7, 9].map((mp3Quality) => [`quality ${mp3Quality}`, { mp3Quality }]),
  },
  {
    rung: 'aac@128',
    rates: [80, 96, 112, 128, 160],
    efforts: (['twoloop', 'fast'] as const).map((aacCoder) => [`coder ${aacCoder}`, { aacCoder }]),
  },
  ...[32, 64, 128].map((kbps) => ({
    rung: `opus@${kbps}`,
    rates: [0.75, 0.875, 1, 1.125, 1.25].map((share) => kbps * share),
    efforts: [10, 8, 5, 0].map((opusComplexity) => [`complexity ${opusComplexity}`, { opusComplexity }] as const),
  })),
  {
    rung: 'flac@lossless',
    rates: [],
    efforts: [8, 5, 0].map((flacLevel) => [`level ${flacLevel}`, { flacLevel }]),
  },
];

interface Encoded {
  readonly cpuSeconds: number;
  readonly bytes: number;
  /** Absolute index of the first sample that the stream decodes to. */
  readonly first: number;
  /** As a stream that ffmpeg opens. */
  readonly stream: Uint8Array;
}

function encode(rung: Rung, settings: EncoderSettings, sound: Int16Array): Encoded {
  using frame = ffmpegEncoders.frame(rung.codec, 2);
  using encoder = ffmpegEncoders.encoder(rung, settings);
  const frames: Uint8Array[] = [];
  let first: number | undefined;
  const step = frame.size * 2;
  const before = process.cpuUsage();
  for (let at = 0; at + step <= sound.length; at += step) {
    frame.input.set(sound.subarray(at, at + step));
    frame.commit(at / 2);
    encoder.encode(frame, (data, sample) => {
      first ??= sample;
      frames.push(Uint8Array.from(data));
    });
  }
  const { user, system } = process.cpuUsage(before);
  const bytes = frames.reduce((sum, data) => sum + data.length, 0);
  // A pre-skip of 0 lets the decoder put out every sample.
  const config = rung.codec === 'opus' ? Uint8Array.from(encoder.config).fill(0, 10, 12) : encoder.config;
  return { cpuSeconds: (user + system) / 1e6, bytes, first: first ?? 0, stream: wrap(rung.codec, frames, config) };
}

function wrap(codec: Codec, frames: readonly Uint8Array[], config: Uint8Array): Uint8Array {
  if (codec === 'opus') return oggOpus(config, frames);
  if (codec !== 'flac') return Buffer.concat(frames);
  return Buffer.concat([Buffer.from('fLaC'), Buffer.of(0x80, 0, 0, config.length), config, ...frames]);
}

async function noiseDb(encoded: Encoded, codec: Codec, sound: Int16Array): Promise<number> {
  const format = codec === 'opus' ? 'ogg' : codec;
  const { samples, complaints } = await decodeAudio(encoded.stream, { channels: 2, format });
  if (complaints !== '') throw new Error(complaints);
  return noiseToMaskDb(sound, samples, encoded.first);
}

/** The bitrate at which the curve, from low to high rates, reaches `db`; its ends stand for what lies beyond. */
function worthKbps(curve: readonly (readonly [number, number])[], db: number): string {
  for (const [i, [kbps, there]] of curve.entries()) {
    const before = curve[i - 1];
    if (db < there) continue;
    if (before === undefined) return `< ${kbps}`;
    return String(Math.round(before[0] + ((before[1] - db) / (before[1] - there)) * (kbps - before[0])));
  }
  return `> ${curve.at(-1)?.[0]}`;
}

function music(path: string, seconds: number): Int16Array {
  return pcmOf('ffmpeg', [
    '-v',
    'error',
    '-i',
    path,
    '-t',
    String(seconds),
    '-ac',
    '2',
    '-ar',
    String(SAMPLE_RATE),
    '-f',
    's16le',
    '-',
  ]);
}

/** Two voices, one left of the middle and one right of it, speaking in turn. */
function speech(seconds: number): Int16Array {
  const text =
    'The kitchen window is open, and somebody is walking up the gravel path. It is a quarter past seven; ' +
    'the forecast promises light wind from the west, thirteen degrees and a few showers before noon. ';
  const voices = (['en+m3', 'en+f2'] as const).map((voice) => {
    const { stdout } = spawnSync('espeak-ng', ['-v', voice, '--stdout', text.repeat(3)], { maxBuffer: 1 << 28 });
    const mono = ['-v', 'error', '-i', 'pipe:0', '-ac', '1', '-ar', String(SAMPLE_RATE), '-f', 's16le', '-'];
    return pcmOf('ffmpeg', mono, stdout);
  });
  const sound = new Int16Array(seconds * SAMPLE_RATE * 2);
  for (let i = 0; i < sound.length / 2; i++) {
    const turn = Math.floor(i / (10 * SAMPLE_RATE)) % 2;
    const voice = voices[turn] as Int16Array;
    const sample = voice[i % voice.length] as number;
    sound[i * 2] = sample * (turn === 0 ? 0.8 : 0.4);
    sound[i * 2 + 1] = sample * (turn === 0 ? 0.4 : 0.8);
  }
  return sound;
}

function pcmOf(program: string, args: readonly string[], input?: Buffer): Int16Array {
  const { stdout, stderr, error } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  if (error !== undefined || stdout.length === 0) throw new Error(`${program}: ${error?.message ?? stderr.toString()}`);
  return new Int16Array(Uint8Array.from(stdout).buffer, 0, Math.floor(stdout.length / 4) * 2);
}

const path = process.argv[2] || join(process.env['PIPIT_BENCH_MEDIA'] ?? '../shared/media', 'music-stereo-48k.opus');
const seconds = Number(process.argv[3] ?? 60);
const materials = [
  ['music', music(path, seconds)],
  ['speech', speech(seconds)],
] as const;

console.log(
  `| rung | effort | ${materials.map(([name]) => `${name}: CPU s/min | kbit/s | noise-to-mask dB | worth kbit/s`).join(' | ')} |`,
);
console.log(`|---|---|${'---:|'.repeat(materials.length * 4)}`);
const only = process.argv.slice(4);
for (const { rung: name, rates, efforts } of TRIALS) {
  if (only.length > 0 && !only.includes(name)) continue;
  const rung = rungNamed(name);
  if (rung === undefined) throw new RangeError(name);
  const curves: (readonly [number, number])[][] = [];
  for (const [i, [, sound]] of materials.entries()) {
    curves[i] = [];
    for (const bitrateKbps of rates) {
      curves[i].push([bitrateKbps, await noiseDb(encode({ ...rung, bitrateKbps }, BASE, sound), rung.codec, sound)]);
    }
  }
  for (const [effort, settings] of efforts) {
    const cells: string[] = [];
    for (const [i, [, sound]] of materials.entries()) {
      const minutes = sound.length / 2 / SAMPLE_RATE / 60;
      const encoded = encode(rung, { ...BASE, ...settings }, sound);
      // The better of two: the machine may have had something else to do.
      const cpu = Math.min(encoded.cpuSeconds, encode(rung, { ...BASE, ...settings }, sound).cpuSeconds);
      cells.push((cpu / minutes).toFixed(2), ((encoded.bytes * 8) / minutes / 60 / 1000).toFixed(0));
      if (rung.codec === 'flac') {
        cells.push('–', '–');
      } else {
        const db = await noiseDb(encoded, rung.codec, sound);
        cells.push(db.toFixed(1), worthKbps(curves[i] ?? [], db));
      }
    }
    console.log(`| ${name} | ${effort} | ${cells.join(' | ')} |`);
  }
}
