import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause, residentKb, startStation } from './station-process.ts';

/*
 * Memory while listeners come and go: 200 at a time, each for ten seconds, over all formats; one in ten never reads.
 * Resident memory must be flat after the first minutes.
 *
 *   node bench/churn.ts [minutes]    default 60
 */

const MINUTES = Number(process.argv[2] ?? 60);
const AT_ONCE = 200;
const STAY_MS = 10_000;
const PATHS = ['/stream', '/stream.aac', '/stream.opus', '/stream.flac', '/stream?quality=high', '/stream?quality=low'];

const dir = mkdtempSync(join(tmpdir(), 'pipit-churn-'));
await using station = await startStation(
  dir,
  19_600,
  `profile = "raspberry-pi"
source "tone" {
  type = "test"
}
mount "/stream" {
  source = "tone"
}
buffer {
  size_mb = 10
}`,
);

const sockets = new Set<Socket>();
let joined = 0;
let received = 0;
const joining = setInterval(() => {
  const socket = connect(station.port, '127.0.0.1');
  const number = joined++;
  socket.write(`GET ${PATHS[number % PATHS.length]} HTTP/1.1\r\nHost: x\r\nIcy-MetaData: ${number % 2}\r\n\r\n`);
  socket.on('data', (data: Buffer) => {
    received += data.length;
  });
  if (number % 10 === 9) socket.pause();
  socket.on('error', () => {});
  sockets.add(socket);
  setTimeout(
    () => {
      sockets.delete(socket);
      socket.destroy();
    },
    STAY_MS * (0.5 + Math.random()),
  );
}, STAY_MS / AT_ONCE);

console.log('| minute | listeners so far | MB received | main process MB | worker MB |');
console.log('|---|---|---|---|---|');
const samples: { minute: number; mb: number }[] = [];
for (let minute = 1; minute <= MINUTES; minute += 1) {
  await pause(60_000);
  const main = residentKb(station.pid) / 1024;
  const worker = residentKb(workerOf(station.pid)) / 1024;
  samples.push({ minute, mb: main });
  if (minute <= 5 || minute % 5 === 0 || minute === MINUTES) {
    const row = [minute, joined, Math.round(received / 1e6), main.toFixed(1), worker.toFixed(1)];
    console.log(`| ${row.join(' | ')} |`);
  }
}
clearInterval(joining);
for (const socket of sockets) socket.destroy();
const settled = samples.slice(Math.floor(samples.length / 4));
console.log(`slope after the first quarter: ${slope(settled).toFixed(3)} MB a minute`);
rmSync(dir, { recursive: true });

/** The one child of the main process: the worker of the tone. */
function workerOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** Least squares. */
function slope(points: readonly { minute: number; mb: number }[]): number {
  const n = points.length;
  const mx = points.reduce((sum, { minute }) => sum + minute, 0) / n;
  const my = points.reduce((sum, { mb }) => sum + mb, 0) / n;
  const above = points.reduce((sum, { minute, mb }) => sum + (minute - mx) * (mb - my), 0);
  return above / points.reduce((sum, { minute }) => sum + (minute - mx) ** 2, 0);
}
