import { spawn } from 'node:child_process';

/** What FFmpeg heard of a stream. */
export interface Heard {
  /** All that it complained of; empty when there was nothing. */
  readonly complaints: string;
  /** Mono, at 48 kHz. */
  readonly samples: Int16Array;
  readonly channels: 1;
  readonly seconds: number;
  /** RMS of all samples, dBFS. */
  readonly levelDb: number;
}

/** Listens to a URL with the real FFmpeg for so many seconds of sound. */
export async function hear(url: string, seconds: number, options: readonly string[] = []): Promise<Heard> {
  const args = ['-nostdin', '-hide_banner', '-v', 'warning', ...options, '-i', url, '-t', `${seconds}`];
  const child = spawn('ffmpeg', [...args, '-f', 's16le', '-ac', '1', '-ar', '48000', '-'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (text: Buffer) => {
    complaints += text;
  });
  await new Promise((done) => child.once('close', done));
  const bytes = Buffer.concat(chunks);
  const samples = new Int16Array(Math.floor(bytes.length / 2));
  for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2);
  return { complaints, samples, channels: 1, seconds: samples.length / 48_000, levelDb: levelOf(samples) };
}

function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  return 10 * Math.log10(Math.max(sum / Math.max(1, samples.length), 1e-12));
}
