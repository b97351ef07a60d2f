import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuSeconds, pause, residentKb, startStation } from './station-process.ts';

/*
 * What a scrape of /metrics costs, by the number of listeners:
 *
 *   npm run bench -- scrape-cost [--listeners 0,1,1000] [--scrapes 50] [--port 18841]
 */
const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '0,1,1000' },
    scrapes: { type: 'string', default: '50' },
    port: { type: 'string', default: '18841' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'scrape-cost-'));
const port = Number(values.port);
const scrapes = Number(values.scrapes);
const sockets: Socket[] = [];
const config = `
  source "tone" { type = "test" }
  camera "card" { type = "test" }
  mount "/stream" { source = "tone" }`;

try {
  await using station = await startStation(dir, port, config);
  console.log(`resident before the first scrape: ${Math.round(residentKb(station.pid) / 1024)} MB`);
  for (const wanted of values.listeners.split(',').map(Number)) {
    while (sockets.length < wanted) {
      sockets.push(listen());
      if (sockets.length % 50 === 0) await pause(50);
    }
    await pause(8_000);
    await scrape();
    const idle = await cpuOver(station.pid, 10_000);
    const tookMs: number[] = [];
    let bytes = 0;
    const before = cpuSeconds(station.pid);
    const startMs = performance.now();
    for (let i = 0; i < scrapes; i++) {
      const beganMs = performance.now();
      bytes = await scrape();
      tookMs.push(performance.now() - beganMs);
      await pause(100);
    }
    const seconds = (performance.now() - startMs) / 1000;
    const cpuMs = ((cpuSeconds(station.pid) - before - idle * seconds) * 1000) / scrapes;
    tookMs.sort((a, b) => a - b);
    const at = (share: number): string => (tookMs[Math.floor(share * (tookMs.length - 1))] ?? 0).toFixed(1);
    console.log(
      `${wanted} listeners: ${at(0.5)} ms (95 of 100: ${at(0.95)} ms), ${cpuMs.toFixed(1)} ms of CPU, ${bytes} bytes; ` +
        `resident ${Math.round(residentKb(station.pid) / 1024)} MB`,
    );
  }
  for (const socket of sockets) socket.destroy();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function listen(): Socket {
  const socket = connect(port, '127.0.0.1', () =>
    socket.write('GET /stream?quality=low HTTP/1.1\r\nHost: pipit\r\n\r\n'),
  );
  socket.on('error', () => {});
  return socket.resume();
}

async function scrape(): Promise<number> {
  return (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).length;
}

/** Of one core, meanwhile. */
async function cpuOver(pid: number, ms: number): Promise<number> {
  const before = cpuSeconds(pid);
  await pause(ms);
  return (cpuSeconds(pid) - before) / (ms / 1000);
}
