import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteViewer, raiseLoopback, setTcp, type ViewerRequest } from './links/network.ts';
import { type Sight, SightSpan } from './links/sight.ts';
import { pause, type StationProcess, startStation } from './station-process.ts';

/*
 * Viewers behind slow links, at the same time as fast ones, at the real station: which level each gets, how old its
 * pictures are, and whether the fast ones notice the slow ones.
 *
 *   node bench/links.ts [quick] [1280x720|640x480] [lowat] [bbr] [small-table] [steps|crowd] [KBPS …] [trace=FILE]
 *
 * quick: 30 s instead of 90; lowat: with net.ipv4.tcp_notsent_lowat = 16384; bbr: another congestion control than
 * Reno (which is nearest to a Pi's Cubic of what a namespace may choose); small-table: with the short table of
 * connections that a machine with little memory has; steps, crowd: only that part; KBPS: only those links; trace: writes all that was seen.
 *
 * Needs root, for network namespaces: one for the bench itself, and one for each viewer behind a link. None has a name
 * or a way to the outside, and all are gone with their processes.
 */

const INSIDE = 'PIPIT_BENCH_LINKS_INSIDE';
const PORT = 19_800;
const args = new Set(process.argv.slice(2));
const chosen = [...args].map(Number).filter((kbps) => kbps > 0);
const isChosen = (kbps: number): boolean => chosen.length === 0 || chosen.includes(kbps);
const LINKS_KBPS = [300, 1000, 2000, 5000, 20_000].filter(isChosen);
const WEBSOCKET_LINKS_KBPS = [1000, 5000].filter(isChosen);
const isQuick = args.has('quick');
const WATCH_S = isQuick ? 30 : 90;
const SETTLE_S = isQuick ? 12 : 20;
const ALONE_S = isQuick ? 12 : 30;

if (process.getuid?.() !== 0) {
  console.error('bench links needs root: it makes network namespaces of its own.');
  process.exit(2);
}
const depth = Number(process.env[INSIDE] ?? 0);
if (depth < (args.has('small-table') ? 2 : 1)) {
  // The table's size is that of namespaces made from here on, so it takes one more.
  if (depth === 1) setTcp('tcp_child_ehash_entries', 512);
  const { status } = spawnSync('unshare', ['--net', process.execPath, import.meta.filename, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: String(depth + 1) },
  });
  process.exit(status ?? 1);
}

const running = new Set<RemoteViewer>();
let station: StationProcess | undefined;
const dir = mkdtempSync(join(tmpdir(), 'pipit-links-'));
const seen: Record<string, Sight> = {};
process.once('SIGINT', () => void end().then(() => process.exit(130)));
try {
  raiseLoopback();
  setTcp('tcp_congestion_control', args.has('bbr') ? 'bbr' : 'reno');
  if (args.has('lowat')) setTcp('tcp_notsent_lowat', 16_384);
  const sizes = ['1280x720', '640x480'];
  for (const size of sizes.some((each) => args.has(each)) ? sizes.filter((each) => args.has(each)) : sizes) {
    await measure(size);
  }
} finally {
  await end();
  for (const arg of args) if (arg.startsWith('trace=')) writeFileSync(arg.slice(6), JSON.stringify(seen));
}

async function measure(size: string): Promise<void> {
  const [width, height] = size.split('x');
  const camera = `camera "card" {\n  type = "test"\n  width = ${width}\n  height = ${height}\n  fps = 25\n}`;
  // So that it is the links that limit.
  const streaming = 'streaming {\n  target_bitrate = 50000\n}';
  station = await startStation(dir, PORT, `${camera}\n${streaming}`, '0.0.0.0');
  if (!args.has('steps')) await crowd(size);
  if (!args.has('crowd')) await steps(size);
  await station[Symbol.asyncDispose]();
  station = undefined;
}

/** Fast viewers alone, then everybody. */
async function crowd(size: string): Promise<void> {
  const fast = [0, 1].map(() => onLoopback());
  await pause(ALONE_S * 1000);
  const alone = await finish(fast, `${size} alone`);
  await pause(1000);
  const all = [onLoopback(), onLoopback()];
  let index = 0;
  for (const kbps of LINKS_KBPS) all.push(await behindLink(`${kbps / 1000} Mbit/s`, ++index, kbps, 'mjpeg'));
  for (const kbps of WEBSOCKET_LINKS_KBPS) {
    all.push(await behindLink(`${kbps / 1000} Mbit/s, WebSocket`, ++index, kbps, 'websocket'));
  }
  await pause(WATCH_S * 1000);
  const box = await boxState();
  const sights = await finish(all, size);
  console.log(`\n${size} at 25 pictures a second; figures from ${SETTLE_S} s on; ${box}\n`);
  console.log(`| link | level | kbit/s | of the link | varies by | fps | age p50 / p95 ms | skipped | changes after \
| first at ms | first 3 s: fps, age p95 ms | levels |`);
  console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
  for (const sight of alone) row('loopback, nobody else', undefined, sight, ALONE_S);
  for (const [i, sight] of sights.entries()) {
    const kbps = i < 2 ? undefined : [...LINKS_KBPS, ...WEBSOCKET_LINKS_KBPS][i - 2];
    row(i < 2 ? 'loopback' : (all[i]?.name as string), kbps, sight, WATCH_S);
  }
  const cards = [...alone, ...sights];
  const worst = Math.max(...cards.map(({ worstHeaderErrorMs }) => worstHeaderErrorMs));
  const read = cards.reduce((total, { cardsRead }) => total + cardsRead, 0);
  console.log(`\nAges agree with ${read} test cards to ${worst.toFixed(0)} ms.`);
}

function row(name: string, linkKbps: number | undefined, sight: Sight, endS: number): void {
  const span = new SightSpan(sight, Math.min(SETTLE_S, endS / 2), endS);
  const whole = new SightSpan(sight, 0, endS);
  const start = new SightSpan(sight, 0, 3);
  const cells = [
    name,
    span.level,
    span.kbps.toFixed(0),
    linkKbps === undefined ? '' : `${((span.kbps / linkKbps) * 100).toFixed(0)} %`,
    `${(span.variation * 100).toFixed(0)} %`,
    span.fps.toFixed(1),
    `${span.ageMs(0.5).toFixed(0)} / ${span.ageMs(0.95).toFixed(0)}`,
    `${(span.skippedShare * 100).toFixed(1)} %`,
    span.changes.length,
    whole.pictures[0]?.atMs.toFixed(0),
    `${start.fps.toFixed(1)}, ${start.ageMs(0.95).toFixed(0)}`,
    [whole.pictures[0]?.level, ...whole.changes.map(({ atS, level }) => `${level} at ${atS.toFixed(0)} s`)].join(', '),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** A link that becomes slow and fast again. */
async function steps(size: string): Promise<void> {
  const [settleS, slowS, backS] = isQuick ? [15, 12, 25] : [25, 20, 60];
  const viewer = await behindLink('steps', 99, 5000, 'mjpeg');
  await pause(settleS * 1000);
  viewer.carry(500);
  await pause(slowS * 1000);
  viewer.carry(5000);
  await pause(backS * 1000);
  const [sight] = await finish([viewer], `${size} steps`);
  if (sight === undefined) return;
  const before = new SightSpan(sight, settleS - 5, settleS);
  const fall = new SightSpan(sight, settleS, settleS + slowS);
  const slow = new SightSpan(sight, settleS + slowS / 2, settleS + slowS);
  const back = new SightSpan(sight, settleS + slowS, settleS + slowS + backS);
  // Over when no picture is older than the slow link makes them.
  const usualMs = 1.3 * slow.ageMs(0.95);
  const lastOld = fall.pictures.findLast(({ ageMs }) => ageMs > usualMs)?.atMs ?? settleS * 1000;
  const fpsAt = (at: number): number => new SightSpan(sight, at, at + 2).fps;
  let recoveredS = back.fromS;
  while (fpsAt(recoveredS) < 0.9 * before.fps && recoveredS < back.toS - 2) recoveredS += 0.2;
  const levelBack = back.pictures.find(({ level }) => level >= before.level)?.atMs;
  console.log(`
${size}, 5 → 0.5 → 5 Mbit/s: level ${before.level}, ${before.fps.toFixed(1)} fps, ${before.ageMs(0.5).toFixed(0)} ms old; \
ages settled ${(lastOld / 1000 - settleS).toFixed(1)} s after the fall (oldest ${fall.ageMs(1).toFixed(0)} ms), then level \
${slow.level}, ${slow.fps.toFixed(1)} fps, ${slow.ageMs(0.5).toFixed(0)} ms old; full rate ${(recoveredS - back.fromS).toFixed(1)} s and \
level ${levelBack === undefined ? 'not' : `${(levelBack / 1000 - back.fromS).toFixed(1)} s`} after it came back.`);
}

function onLoopback(): RemoteViewer {
  const viewer = RemoteViewer.onLoopback('loopback', requestOf('mjpeg'));
  running.add(viewer);
  return viewer;
}

async function behindLink(
  name: string,
  index: number,
  kbps: number,
  transport: ViewerRequest['transport'],
): Promise<RemoteViewer> {
  const viewer = await RemoteViewer.behindLink(name, index, kbps, requestOf(transport));
  running.add(viewer);
  return viewer;
}

function requestOf(transport: ViewerRequest['transport']): ViewerRequest {
  const path = transport === 'mjpeg' ? '/camera/card.mjpg?level=auto' : '/camera/ws?name=card';
  return { port: PORT, path, transport };
}

async function finish(viewers: readonly RemoteViewer[], part: string): Promise<Sight[]> {
  const sights = await Promise.all(viewers.map((viewer) => viewer.finish()));
  for (const [i, viewer] of viewers.entries()) {
    running.delete(viewer);
    seen[`${part}: ${viewer.name} (${i})`] = sights[i] as Sight;
  }
  return sights;
}

/** Whether the box itself had a say. */
async function boxState(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${PORT}/api/stats`);
  const { box } = (await answer.json()) as { box?: { step: number; reason: string | null; max_level: number | null } };
  if (box === undefined || box.step === 0) return 'the box has no say';
  return `the box holds levels to ${box.max_level} (${box.reason}, step ${box.step})`;
}

async function end(): Promise<void> {
  for (const viewer of running) viewer.kill();
  running.clear();
  await station?.[Symbol.asyncDispose]();
  station = undefined;
  rmSync(dir, { recursive: true, force: true });
}
