import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { raiseLoopback, setTcp } from './links/network.ts';
import { FarSide } from './listening/far-side.ts';
import { decoderWarnings, FfmpegListener } from './listening/ffmpeg-listener.ts';
import { type Heard, nowMs } from './listening/heard.ts';
import { MpvListener } from './listening/mpv-listener.ts';
import { printOutcomes, printTogether, type Session } from './listening/outcome.ts';
import { crowd, type ListenerKind, type Scenario, scenarios } from './listening/scenarios.ts';
import { StationWatch } from './listening/station-watch.ts';
import { cpuSeconds, pause, type StationProcess, startStation } from './station-process.ts';

/*
 * Listeners behind links that change, at the real station: what they hear, what the station believed of them, and what
 * those hear whose quality is fixed.
 *
 *   node bench/listening.ts [quick] [minutes=N] [link=TEXT] [player=TEXT] [lowat] [bbr] [small-table] [crowd] [off]
 *     [trace=FILE]
 *
 * quick: 2 minutes of what is steady, instead of 10; link, player: only those with that text in their names; lowat: with
 * net.ipv4.tcp_notsent_lowat = 16384; bbr: another congestion control than Reno (which is nearest to a Pi's Cubic of what
 * a namespace may choose); small-table: with the short table of connections that a machine with little memory has; crowd:
 * a hundred listeners instead; off: with Quick Sync switched off; trace: writes all that was seen.
 *
 * All links at the same time; each listener has one to itself. Needs root, for network namespaces: they have no names and
 * no way to the outside, and are gone with their processes. Needs mpv and ffmpeg.
 */

const INSIDE = 'PIPIT_BENCH_LISTENING_INSIDE';
const PORT = 19_820;
/** What a player gathers before it plays: all but a moment of what it is sent at once. */
const START_S = 1.9;
const TINY_RECEIVE_BYTES = 8_192;
const TINY_S = 0.5;
const args = process.argv.slice(2);
const wordOf = (name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);

if (process.getuid?.() !== 0) {
  console.error('bench listening needs root: it makes network namespaces of its own.');
  process.exit(2);
}
const depth = Number(process.env[INSIDE] ?? 0);
if (depth < (args.includes('small-table') ? 2 : 1)) {
  // The table's size is that of namespaces made from here on, so it takes one more.
  if (depth === 1) setTcp('tcp_child_ehash_entries', 512);
  const { status } = spawnSync('unshare', ['--net', process.execPath, import.meta.filename, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: String(depth + 1) },
  });
  process.exit(status ?? 1);
}

const minutes = Number(wordOf('minutes') ?? (args.includes('quick') ? 2 : 10));
const [link = '', named = ''] = [wordOf('link'), wordOf('player')];
const chosen: Scenario[] = (args.includes('crowd') ? crowd() : scenarios(minutes))
  .map(({ plan, kinds }) => ({ plan, kinds: kinds.filter(({ name }) => name.includes(named)) }))
  .filter(({ plan, kinds }) => plan.name.includes(link) && kinds.length > 0);
const dir = mkdtempSync(join(tmpdir(), 'pipit-listening-'));
raiseLoopback();
setTcp('tcp_congestion_control', args.includes('bbr') ? 'bbr' : 'reno');
if (args.includes('lowat')) setTcp('tcp_notsent_lowat', 16_384);
const running = new Set<{ end(): Promise<Heard> }>();
const sides: FarSide[] = [];
let station: StationProcess | undefined;
process.once('SIGINT', () => void close().then(() => process.exit(130)));
// After an error that nobody caught, too, nothing goes on.
process.once('exit', () => {
  station?.child.kill();
  void close();
});
try {
  await measure();
} finally {
  await close();
}

async function measure(): Promise<void> {
  const demo = 'source "demo" {\n  type = "demo"\n}\nmount "/stream" {\n  source = "demo"\n}';
  // So that it is the links that limit, however busy the machine is.
  const marks = `quick_sync {\n  enabled = ${!args.includes('off')}\n  high_load_cpu = 100\n  moderate_load_cpu = 100\n}`;
  station = await startStation(dir, PORT, `${demo}\n${marks}`, '0.0.0.0');
  const watch = new StationWatch(PORT);
  const [wide, tiny] = [await FarSide.open(), await FarSide.open(TINY_RECEIVE_BYTES)];
  sides.push(wide, tiny);
  // So that the rungs have a past when the first listener comes.
  await pause(3_000);
  const cpuBefore = cpuSeconds(station.pid);
  const beganMs = nowMs();
  const sessions: (() => Promise<Session>)[] = [];
  watch.start();
  for (const { plan, kinds } of chosen) {
    for (const kind of kinds) {
      const side = kind.player === 'tiny' ? tiny : wide;
      sessions.push(await begin(side, watch, plan, kind));
    }
  }
  const all = await Promise.all(sessions.map((session) => session()));
  watch.stop();
  const share = (cpuSeconds(station.pid) - cpuBefore) / ((nowMs() - beganMs) / 1000);
  if (args.includes('crowd')) printTogether(all);
  else printOutcomes(all);
  for (const { link: on, listener, heard } of all) {
    if (heard.warnings.length > 0) console.log(`\n${on}, ${listener}:\n  ${heard.warnings.slice(0, 5).join('\n  ')}`);
  }
  console.log(
    `\nThe main process took ${(share * 100).toFixed(1)} % of a core. Box: ${JSON.stringify(watch.last?.box)}`,
  );
  const trace = wordOf('trace');
  if (trace !== undefined) writeFileSync(trace, JSON.stringify(all));
}

/** Resolves when it listens; what that resolves to waits until its link's plan is over, and says what happened. */
async function begin(
  side: FarSide,
  watch: StationWatch,
  plan: Scenario['plan'],
  kind: ListenerKind,
): Promise<() => Promise<Session>> {
  const way = await side.link(plan);
  if (kind.afterS !== undefined) {
    const first = listen(side, kind, way.host, `${way.host} first`);
    await pause(kind.afterS * 1000);
    await first.end();
  }
  await watch.ask();
  const before = watch.ids;
  const listener = listen(side, kind, way.host, way.host);
  running.add(listener);
  const beganMs = nowMs();
  way.follow(plan);
  const id = await newId(watch, before);
  return async () => {
    await pause(Math.max(0, plan.lengthS * 1000 - (nowMs() - beganMs)));
    const heard = await listener.end();
    running.delete(listener);
    way.close();
    return { link: plan.name, listener: kind.name, plan, beganMs, heard, sights: watch.sightsOf(id) };
  };
}

function listen(side: FarSide, kind: ListenerKind, host: string, key: string): { end(): Promise<Heard> } {
  const { player, path } = kind;
  const url = `http://${host}:${PORT}${path}`;
  const inside = (command: string, rest: readonly string[]): [string, string[]] => side.inside(command, rest);
  if (player === 'mpv') return new MpvListener(inside, url, join(dir, `${key}.sock`));
  if (player === 'ffmpeg') return new FfmpegListener(inside, url);
  const file = join(dir, `${key}.${/\.(\w+)/.exec(path)?.[1]}`);
  const tiny = { startS: TINY_S / 2, resumeS: TINY_S / 2, maxS: TINY_S, readBytes: 1_024 };
  const usual = { startS: START_S, resumeS: START_S, maxS: 1e6, readBytes: 65_536 };
  side.read({ key, host, port: PORT, path, file, pause: kind.pause, ...(player === 'tiny' ? tiny : usual) });
  return {
    async end() {
      const heard = await side.finish(key);
      return { ...heard, warnings: [...heard.warnings, ...decoderWarnings(file)] };
    },
  };
}

/** The number that the station gives to the listener that has just asked. */
async function newId(watch: StationWatch, before: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    await pause(25);
    await watch.ask();
    for (const id of watch.ids) if (!before.has(id)) return id;
  }
  throw new Error('nobody has come');
}

async function close(): Promise<void> {
  await Promise.allSettled([...running].map((listener) => listener.end()));
  for (const side of sides) side.close();
  await station?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
}
