import { once } from 'node:events';
import { connect } from 'node:net';
import { checkJpeg } from '../../src/picture/jpeg-info.ts';
import { decodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { freePixels } from '../../src/picture/pixels.ts';
import { readTestCard, testCardAgeMs } from '../../src/picture/read-test-card.ts';
import type { SeenPicture, Sight } from './sight.ts';

/*
 * A viewer of a stream of the test card: watches from the first line on its standard input to the end of it, then
 * prints what it saw.
 *
 *   node bench/links/viewer.ts mjpeg|websocket HOST PORT PATH
 */

/** A picture's age is read off its squares as often as this; to read them all would cost too much. */
const READ_EVERY_MS = 500;
const [transport, host = '', port = '', path = ''] = process.argv.slice(2);
const pictures: SeenPicture[] = [];
let beganMs = 0;
let cardsRead = 0;
let worstHeaderErrorMs = 0;
let readMs = Number.NEGATIVE_INFINITY;

process.stderr.write(' ');
process.stdin.resume();
await once(process.stdin, 'data');
beganMs = nowMs();
if (transport === 'mjpeg') watchMjpeg();
else watchWebSocket();
await once(process.stdin, 'end');
process.stdout.write(JSON.stringify({ pictures, cardsRead, worstHeaderErrorMs } satisfies Sight), () => process.exit());

/** CLOCK_MONOTONIC, which is that of the station. */
function nowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

function watchMjpeg(): void {
  const socket = connect(Number(port), host);
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let head = '';
  let chunks: Buffer[] = [];
  let missing = 0;
  socket.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; ) {
      if (missing === 0) {
        // Heads are short: byte by byte is fast enough.
        head += String.fromCharCode(data[at] as number);
        at += 1;
        if (!head.endsWith('\r\n\r\n')) continue;
        missing = Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (missing === 0) head = '';
      } else {
        const part = data.subarray(at, at + missing);
        chunks.push(part);
        at += part.length;
        missing -= part.length;
        if (missing > 0) continue;
        const ageMs = Date.now() - Number(/X-Timestamp: ([\d.]+)/i.exec(head)?.[1]) * 1000;
        const sequence = Number(/X-Pipit-Sequence: (\d+)/i.exec(head)?.[1]);
        saw(chunks, sequence, Number(/X-Pipit-Level: (\d+)/i.exec(head)?.[1]), ageMs);
        head = '';
        chunks = [];
      }
    }
  });
}

function watchWebSocket(): void {
  const socket = new WebSocket(`ws://${host}:${port}${path}`);
  socket.binaryType = 'arraybuffer';
  socket.onerror = () => process.stderr.write('the WebSocket failed\n');
  let head = { sequence: 0, level: 0, pts: 0 };
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') head = JSON.parse(data);
    else saw([Buffer.from(data as ArrayBuffer)], head.sequence, head.level, nowMs() - head.pts / 1000);
  };
}

function saw(chunks: readonly Buffer[], sequence: number, level: number, ageMs: number): void {
  const now = nowMs();
  const bytes = chunks.reduce((total, chunk) => total + chunk.length, 0);
  pictures.push({ atMs: now - beganMs, bytes, sequence, level, ageMs });
  if (now - readMs < READ_EVERY_MS) return;
  readMs = now;
  void readCard(Buffer.concat(chunks), now, ageMs);
}

async function readCard(jpeg: Buffer, arrivedMs: number, ageMs: number): Promise<void> {
  const info = checkJpeg(jpeg);
  if (!('width' in info)) return;
  const pixels = await decodeJpeg(jpeg, info.width, info.height);
  const code = readTestCard(pixels);
  freePixels(pixels);
  if (code === undefined) return;
  cardsRead += 1;
  worstHeaderErrorMs = Math.max(worstHeaderErrorMs, Math.abs(testCardAgeMs(code, arrivedMs * 1000) - ageMs));
}
