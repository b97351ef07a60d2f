import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cpuSeconds, pause, residentKb, startStation, stop } from './station-process.ts';

/*
 * Fan-out: what a listener at 128 kbit/s costs. Pipit in several settings, Icecast and a C loop that only calls
 * send(), one after another in one run, each with the same listeners.
 *
 *   node bench/fan-out.ts [listeners …]          default 1000 3000 10000
 *
 * Needs cc, ffmpeg and icecast2, `ulimit -n` of 20000, and listeners.c and floor.c in PIPIT_BENCH_TOOLS (default
 * ../shared/tools), music-stereo-48k.opus in PIPIT_BENCH_MEDIA (default ../shared/media).
 */

interface Server {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  start(dir: string): Promise<ChildProcess[]>;
}

interface ListenersReport {
  readonly alive: number;
  readonly refused: number;
  readonly closed_early: number;
  readonly silent: number;
  readonly ttfb_ms: { readonly p50: number; readonly p99: number };
  readonly gap_ms: { readonly p50: number; readonly max: number };
  readonly kbps: { readonly min: number; readonly p50: number };
}

const TOOLS = resolve(process.env['PIPIT_BENCH_TOOLS'] ?? '../shared/tools');
const MEDIA = resolve(process.env['PIPIT_BENCH_MEDIA'] ?? '../shared/media', 'music-stereo-48k.opus');
const STEADY_S = 12;
/** 2 s at 128 kbit/s, for everybody. */
const BURST_BYTES = 32_000;
const RATE_BYTES_PER_S = 16_000;

const dir = mkdtempSync(join(tmpdir(), 'pipit-bench-'));
const counts = process.argv.slice(2).map(Number);
for (const tool of ['listeners', 'floor']) execFileSync('cc', ['-O2', '-o', join(dir, tool), join(TOOLS, `${tool}.c`)]);

function pipit(name: string, port: number, profile: string, broadcaster: string): Server {
  const config = `profile = "${profile}"
source "music" {
  type = "file"
  path = ${JSON.stringify(MEDIA)}
}
mount "/stream" {
  source = "music"
}
broadcaster {
  burst_seconds = 2
  ${broadcaster}
}`;
  return {
    name,
    port,
    // As the others: 128 kbit/s from beginning to end.
    path: '/stream?quality=medium',
    start: async (where) => [(await startStation(where, port, config)).child],
  };
}

const icecast: Server = {
  name: 'Icecast',
  port: 19300,
  path: '/stream',
  async start(where) {
    const config = join(where, 'icecast.xml');
    mkdirSync(join(where, 'log'), { recursive: true });
    writeFileSync(
      config,
      `<icecast><limits><clients>20000</clients><sources>2</sources><queue-size>2000000</queue-size>
<burst-size>${BURST_BYTES}</burst-size></limits>
<authentication><source-password>bench</source-password><admin-password>bench</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>${this.port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>${join(where, 'log')}</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><errorlog>error.log</errorlog><accesslog>access.log</accesslog><loglevel>1</loglevel></logging>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>`,
    );
    execFileSync('chmod', ['-R', 'a+rwX', where]);
    const server = spawn('icecast2', ['-c', config], { stdio: 'ignore' });
    await pause(1_000);
    const feed = spawn(
      'ffmpeg',
      [
        '-v',
        'error',
        '-re',
        '-stream_loop',
        '-1',
        '-i',
        MEDIA,
        '-vn',
        '-c:a',
        'libmp3lame',
        '-b:a',
        '128k',
        '-f',
        'mp3',
      ].concat(['-content_type', 'audio/mpeg', `icecast://source:bench@127.0.0.1:${this.port}${this.path}`]),
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await pause(4_000);
    return [server, feed];
  },
};

function floor(periodMs: number, port: number): Server {
  return {
    name: `send() only, ${periodMs} ms`,
    port,
    path: '/',
    async start(where) {
      const bytes = Math.round((RATE_BYTES_PER_S * periodMs) / 1000);
      const server = spawn(join(where, 'floor'), [String(port), String(bytes), String(periodMs)], { stdio: 'ignore' });
      await pause(300);
      return [server];
    },
  };
}

const SERVERS: readonly Server[] = [
  floor(125, 19100),
  icecast,
  pipit('Pipit at 125 ms', 19400, 'home-server', 'chunk_size = 2048\n  max_chunk_delay_ms = 125'),
  pipit('Pipit, home-server', 19410, 'home-server', ''),
  pipit('Pipit, many-listeners', 19420, 'many-listeners', ''),
  pipit('Pipit, raspberry-pi', 19430, 'raspberry-pi', ''),
  floor(1000, 19110),
];

console.log(
  '| listeners | server | µs CPU per listener-second | ÷ Icecast | KB per listener | first byte p50 / p99 ms | longest silence ms | lost | kbit/s min |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const count of counts.length > 0 ? counts : [1_000, 3_000, 10_000]) {
  let icecastCost = Number.NaN;
  const rows: { name: string; cost: number; text: string }[] = [];
  for (const server of SERVERS) {
    const { cost, kbEach, report } = await measure(server, count);
    if (server === icecast) icecastCost = cost;
    const lost = report.refused + report.closed_early + report.silent;
    const text = `${kbEach.toFixed(1)} | ${report.ttfb_ms.p50} / ${report.ttfb_ms.p99} | ${report.gap_ms.max} | ${lost} | ${report.kbps.min}`;
    rows.push({ name: server.name, cost, text });
  }
  for (const { name, cost, text } of rows) {
    console.log(`| ${count} | ${name} | ${cost.toFixed(1)} | ${(cost / icecastCost).toFixed(2)} | ${text} |`);
  }
}
rmSync(dir, { recursive: true });

async function measure(
  server: Server,
  count: number,
): Promise<{ cost: number; kbEach: number; report: ListenersReport }> {
  await portsFree();
  const children = await server.start(dir);
  const pid = children[0]?.pid as number;
  // The ring's past must be there before a burst can be.
  await pause(4_000);
  const before = residentKb(pid);
  const connectS = Math.max(1, count / 1_000);
  const args = ['127.0.0.1', String(server.port), server.path, String(count), String(STEADY_S + 3), '1000'];
  const listeners = spawn(join(dir, 'listeners'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  listeners.stdout.on('data', (data: Buffer) => {
    output += data;
  });
  const ended = new Promise((done) => listeners.once('close', done));
  await pause(connectS * 1000 + 2_000);
  const startCpu = cpuSeconds(pid);
  const started = performance.now();
  await pause(STEADY_S * 1000);
  const cost = ((cpuSeconds(pid) - startCpu) / ((performance.now() - started) / 1000) / count) * 1e6;
  const kbEach = (residentKb(pid) - before) / count;
  await ended;
  await Promise.all(children.map(stop));
  return { cost, kbEach, report: JSON.parse(output) as ListenersReport };
}

/**
 * Waits until the kernel has forgotten the connections of the last round (TIME_WAIT, a minute): with thousands of them
 * the listeners take seconds to find free ports, and whole rounds are lost to that.
 */
async function portsFree(): Promise<void> {
  while (Number(/^TCP: .* tw (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1]) > 3_000) await pause(1_000);
}
