import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pause, startStation } from './station-process.ts';

/*
 * End-to-end latency: from the moment a click is recorded to the moment the last byte that a decoder needs for it has
 * reached a listener on loopback. A player's own buffer comes on top.
 *
 *   node bench/latency.ts            needs ffmpeg
 */

const SECONDS = 40;
const PROFILES = ['low-latency', 'home-server', 'many-listeners', 'raspberry-pi', 'playlist'];
const FORMATS = ['mp3', 'aac', 'opus', 'flac'];
const RATE = 48_000;

interface Arrival {
  /** Bytes received in all, and when. */
  readonly bytes: number;
  readonly us: number;
}

const dir = mkdtempSync(join(tmpdir(), 'pipit-latency-'));
console.log(`| profile | ${FORMATS.map((format) => `${format} p50 / max ms`).join(' | ')} |`);
console.log(`|---|${FORMATS.map(() => '---|').join('')}`);
for (const [i, profile] of PROFILES.entries()) {
  const clicksFile = join(dir, `clicks-${profile}.json`);
  const command = [process.execPath, resolve('bench/click-source.ts'), clicksFile];
  const config = `profile = "${profile}"
source "clicks" {
  type        = "exec"
  command     = ${JSON.stringify(command)}
  format      = "s16le"
  sample_rate = 48000
  channels    = 1
}
mount "/stream" {
  source = "clicks"
}`;
  await using station = await startStation(dir, 19_500 + i * 10, config);
  await pause(3_000);
  const received = await Promise.all(FORMATS.map((format) => receive(station.port, format)));
  const clicks = JSON.parse(readFileSync(clicksFile, 'utf8')) as number[];
  const cells = received.map(({ bytes, arrivals }, k) => latencies(bytes, arrivals, FORMATS[k] as string, clicks));
  console.log(`| ${profile} | ${cells.join(' | ')} |`);
}
rmSync(dir, { recursive: true });

/** Listens without a burst and notes when what came. */
async function receive(port: number, format: string): Promise<{ bytes: Buffer; arrivals: Arrival[] }> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /stream.${format}?burst=0&quality=${format === 'flac' ? 'lossless' : 'medium'} HTTP/1.0\r\n\r\n`);
  const chunks: Buffer[] = [];
  const arrivals: Arrival[] = [];
  let body: number | undefined;
  let total = 0;
  socket.on('data', (chunk: Buffer) => {
    let data = chunk;
    if (body === undefined) {
      const end = data.indexOf('\r\n\r\n');
      if (end === -1) return;
      body = 0;
      data = data.subarray(end + 4);
    }
    total += data.length;
    chunks.push(data);
    arrivals.push({ bytes: total, us: Number(process.hrtime.bigint() / 1000n) });
  });
  await pause(SECONDS * 1000);
  socket.destroy();
  return { bytes: Buffer.concat(chunks), arrivals };
}

function latencies(bytes: Buffer, arrivals: readonly Arrival[], format: string, clicks: readonly number[]): string {
  const file = join(dir, `received.${format}`);
  writeFileSync(file, bytes);
  const packets = packetsOf(file);
  const heard = onsets(file).map((seconds) => {
    const packet = packets.findLast(({ from }) => from <= seconds + 1e-4);
    // Packets of one Ogg page share its position: all of the page must be there.
    const next = packets.find((other) => other.position > (packet?.position ?? 0));
    const needed = next?.position ?? bytes.length;
    return arrivals.find((arrival) => arrival.bytes >= needed)?.us;
  });
  const delaysMs = heard
    .filter((us) => us !== undefined)
    // A click is heard before the next one is recorded, or the figure is of no use anyway.
    .map((us) => (us - (clicks.findLast((click) => click < us) ?? Number.NaN)) / 1000)
    .toSorted((a, b) => a - b);
  if (delaysMs.length < 3) return 'too few clicks';
  return `${delaysMs[Math.floor(delaysMs.length / 2)]?.toFixed(0)} / ${delaysMs.at(-1)?.toFixed(0)}`;
}

/** Where each packet begins, in seconds from the first and in bytes. */
function packetsOf(file: string): { from: number; position: number }[] {
  const args = ['-v', 'quiet', '-show_entries', 'packet=pts_time,pos', '-of', 'csv=p=0', file];
  const rows = execFileSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 1 << 26 })
    .trim()
    .split('\n')
    .map((row) => row.split(',').map(Number) as [number, number]);
  const first = rows[0]?.[0] ?? 0;
  return rows.map(([pts, position]) => ({ from: pts - first, position }));
}

/** Seconds from the start at which clicks are heard when the file is decoded. */
function onsets(file: string): number[] {
  const run = spawnSync('ffmpeg', ['-v', 'quiet', '-i', file, '-f', 's16le', '-ac', '1', '-ar', `${RATE}`, '-'], {
    maxBuffer: 1 << 28,
  });
  const found: number[] = [];
  for (let i = 0, quietUntil = 0; i * 2 + 1 < run.stdout.length; i += 1) {
    if (i < quietUntil || Math.abs(run.stdout.readInt16LE(i * 2)) < 4_000) continue;
    found.push(i / RATE);
    quietUntil = i + RATE;
  }
  return found;
}
