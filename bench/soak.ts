import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { residentKb, startStation } from './station-process.ts';

/*
 * Many listeners for a while, and nothing lost.
 *
 *   node bench/soak.ts [listeners] [seconds]     default 1000 300
 *
 * Needs cc, and listeners.c in PIPIT_BENCH_TOOLS (default ../shared/tools).
 */

const [listeners = '1000', seconds = '300'] = process.argv.slice(2);
const TOOLS = resolve(process.env['PIPIT_BENCH_TOOLS'] ?? '../shared/tools');

const dir = mkdtempSync(join(tmpdir(), 'pipit-soak-'));
execFileSync('cc', ['-O2', '-o', join(dir, 'listeners'), join(TOOLS, 'listeners.c')]);
await using station = await startStation(
  dir,
  19_700,
  'source "tone" {\n  type = "test"\n}\nmount "/stream" {\n  source = "tone"\n}',
);
const child = spawn(
  join(dir, 'listeners'),
  ['127.0.0.1', `${station.port}`, '/stream?quality=medium', listeners, seconds, '1000'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let report = '';
child.stdout.on('data', (data: Buffer) => {
  report += data;
});
const stats = new Promise<Record<string, unknown>>((done) => {
  // Just before they leave.
  setTimeout(
    async () => done(await (await fetch(`http://127.0.0.1:${station.port}/api/stats`)).json()),
    Number(seconds) * 1000 - 1_000,
  );
});
const { counters, total_listeners, buffer } = await stats;
await new Promise((done) => child.once('close', done));
console.log(report.trim());
console.log(
  JSON.stringify({ total_listeners, buffer, counters, main_process_mb: Math.round(residentKb(station.pid) / 1024) }),
);
rmSync(dir, { recursive: true });
