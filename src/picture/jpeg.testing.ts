import { spawnSync } from 'node:child_process';
import { newPixels, type Pixels } from './pixels.ts';

/** A picture with smooth parts, edges and some noise, as cameras see the world; the same one for each size. */
export function samplePicture(width: number, height: number): Pixels {
  const pixels = newPixels(width, height);
  let noise = 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
      const edge = (Math.floor(x / 24) + Math.floor(y / 16)) % 3 === 0 ? 60 : 0;
      const grain = noise >>> 28;
      const at = (y * width + x) * 4;
      pixels.data[at] = Math.min(255, Math.round((180 * x) / width) + edge + grain);
      pixels.data[at + 1] = Math.min(255, Math.round((180 * y) / height) + edge + grain);
      pixels.data[at + 2] = 120 + grain;
      pixels.data[at + 3] = 255;
    }
  }
  return pixels;
}

/** The picture as a JPEG that libjpeg's own program makes. */
export function cjpeg(pixels: Pixels, ...options: string[]): Buffer {
  return run('cjpeg', options, toPpm(pixels));
}

/** The picture as a JPEG that ffmpeg makes. */
export function ffmpegJpeg(pixels: Pixels, ...options: string[]): Buffer {
  const input = ['-f', 'ppm_pipe', '-i', 'pipe:0'];
  const output = ['-frames:v', '1', '-c:v', 'mjpeg', ...options, '-f', 'image2pipe', 'pipe:1'];
  return run('ffmpeg', ['-v', 'error', ...input, ...output], toPpm(pixels));
}

/** One marker segment of a JPEG's header. */
export interface Segment {
  readonly marker: number;
  /** Of the marker, and of what comes behind the segment. */
  readonly from: number;
  readonly to: number;
}

/** The segments of a whole JPEG up to its first scan, that one's header included. */
export function segmentsOf(jpeg: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let from = 2; segments.at(-1)?.marker !== 0xda; ) {
    const to = from + 2 + jpeg.readUInt16BE(from + 2);
    segments.push({ marker: jpeg.readUInt16BE(from) & 0xff, from, to });
    from = to;
  }
  return segments;
}

/** The JPEG without its segments of that marker. */
export function without(jpeg: Buffer, marker: number): Buffer {
  const segments = segmentsOf(jpeg);
  const kept = segments.filter((segment) => segment.marker !== marker);
  const parts = kept.map(({ from, to }) => jpeg.subarray(from, to));
  return Buffer.concat([jpeg.subarray(0, 2), ...parts, jpeg.subarray(segments.at(-1)?.to)]);
}

/** The quantization tables of a JPEG in the order that they stand, as hexadecimal text. */
export function quantizationOf(jpeg: Buffer): string {
  const segments = segmentsOf(jpeg).filter((segment) => segment.marker === 0xdb);
  return segments.map(({ from, to }) => jpeg.toString('hex', from + 4, to)).join('');
}

/** Mean difference of the colours of two pictures, 0 to 255. */
export function differenceOf(one: Pixels, other: Pixels): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i += 1) {
    if (i % 4 !== 3) sum += Math.abs((one.data[i] as number) - (other.data[i] as number));
  }
  return sum / (one.width * one.height * 3);
}

function toPpm({ width, height, data }: Pixels): Buffer {
  const rgb = data.filter((_, i) => i % 4 !== 3);
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), rgb]);
}

function run(program: string, options: readonly string[], input: Buffer): Buffer {
  const { stdout, stderr, status, error } = spawnSync(program, options, { input, maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${program} ${options.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
