import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { residentKb, type StationProcess } from './station-process.ts';
import { compile, type Watched, watch } from './viewers/client.ts';
import { makeFilm } from './viewers/film.ts';
import { busyPercent, threadSeconds } from './viewers/machine.ts';
import { delivering, end, floorInC, floorInNode, motion, type OtherServer } from './viewers/others.ts';
import { type PipitReading, readPipit, startPipit } from './viewers/pipit.ts';
import { readClock } from './viewers/read-clock.ts';
import { readParts } from './viewers/read-parts.ts';
import { printTable } from './viewers/table.ts';

/*
 * What viewers of a camera cost at 1280x720 and 25 pictures a second, and what they get: of the test card, which has to
 * be encoded at every level, and of a camera that delivers JPEG, whose own is the highest level. Then one level beside
 * motion and beside loops that only write.
 *
 *   node bench/viewers.ts [quick]
 *
 * Needs cc, ffmpeg and motion, and street-camera-768x576-10fps.avi in PIPIT_BENCH_MEDIA (default ../shared/media). Takes
 * four minutes, quick one. The machine should have nothing else to do.
 */

interface Round {
  readonly source: string;
  /** Viewers by path. */
  readonly paths: Readonly<Record<string, number>>;
  readonly watched: Watched;
  readonly before: PipitReading;
  readonly after: PipitReading;
}

const isQuick = process.argv.includes('quick');
const LEVELS = [90, 70, 50];
const COUNTS = isQuick ? [1, 10, 50] : [1, 10, 100];
const STEADY_S = isQuick ? 4 : 15;
const WARM_S = isQuick ? 2 : 3;
const COMPARED_COUNTS = isQuick ? [1, 50] : [1, 10, 50];
const COMPARED_S = isQuick ? 2 : 4;
const AUTO_VIEWERS = 10;
/** Time for levels to settle. */
const AUTO_WARM_S = isQuick ? 6 : 14;
const PORT = 19_600;
const MEDIA = resolve(process.env['PIPIT_BENCH_MEDIA'] ?? '../shared/media', 'street-camera-768x576-10fps.avi');

const dir = mkdtempSync(join(tmpdir(), 'pipit-viewers-'));
try {
  await run();
} finally {
  rmSync(dir, { recursive: true });
}

async function run(): Promise<void> {
  const client = compile('client', dir);
  const film = makeFilm(MEDIA, dir);
  const sources = {
    'test card': 'type = "test"\n  width = 1280\n  height = 720',
    'JPEG camera': `type = "file"\n  path = ${JSON.stringify(film)}`,
  };
  const rounds: Round[] = [];
  const compared: Compared[] = [];
  for (const [i, [source, camera]] of Object.entries(sources).entries()) {
    await using station = await startPipit(dir, PORT + 10 * i, { camera, isAdaptive: false });
    if (source === 'test card') await checkClock(station);
    for (const count of COUNTS) rounds.push(await round(client, station, source, levelPaths(count), WARM_S));
    if (source === 'test card') continue;
    compared.push(...(await comparePipit(client, station)));
    const pictures = await savePictures(station);
    const c = floorInC(compile('floor', dir), PORT + 50, pictures);
    for (const other of [motion(dir, PORT + 40, film), floorInNode(PORT + 60, pictures), c]) {
      // Without one of the others the rest is worth something still.
      compared.push(...(await compare(client, other).catch((error: unknown) => lost(other, error))));
    }
  }
  await using station = await startPipit(dir, PORT + 20, { camera: sources['test card'], isAdaptive: true });
  const paths = { '/camera.mjpg?level=auto': AUTO_VIEWERS };
  rounds.push(await round(client, station, 'test card, auto', paths, AUTO_WARM_S));
  printRounds(rounds);
  printCompared(compared);
  printBudgets(rounds);
}

/** A third of the viewers at each level; a single one at the middle. */
function levelPaths(count: number): Record<string, number> {
  if (count < LEVELS.length) return { '/camera.mjpg?level=70': count };
  return Object.fromEntries(
    LEVELS.map((level, i) => [
      `/camera.mjpg?level=${level}`,
      Math.floor(count / LEVELS.length) + (i < count % LEVELS.length ? 1 : 0),
    ]),
  );
}

async function round(
  client: string,
  station: StationProcess,
  source: string,
  paths: Readonly<Record<string, number>>,
  warmS: number,
): Promise<Round> {
  const read = (): Promise<PipitReading> => readPipit(station);
  return { source, paths, ...(await watch(client, { port: station.port, paths, warmS, steadyS: STEADY_S, read })) };
}

async function checkClock({ port }: StationProcess): Promise<void> {
  const ages = await readClock(port, '/camera.mjpg?level=70', 12);
  const [picture, head] = [0, 1].map((i) => ages.map((pair) => (pair[i] as number).toFixed(0)).join(' '));
  const most = Math.max(...ages.map(([byPicture, byHead]) => Math.abs(byPicture - byHead)));
  console.log(`Age by the clock in the picture, ms: ${picture}`);
  console.log(`Age by the head of its part, ms:     ${head}   (apart at most ${most.toFixed(1)})`);
}

function printRounds(rounds: readonly Round[]): void {
  const columns = ['source, viewers', 'levels', 'fps min / p50', 'encodes', 'asks', 'hit rate', 'of possible'];
  columns.push('main ms', 'main µs', 'worker ms', 'encode ms p50 / p95', 'age ms p50 / p95', 'skipped');
  columns.push('MB main / worker', 'busy %');
  printTable('Pipit', columns, rounds.map(roundCells));
  console.log(`
encodes, asks: JPEGs encoded, and pictures that the worker was asked for, per frame and level in use.
of possible: hits per ask that is not the first for its frame and level.
main, worker ms: CPU per second and viewer. main µs: CPU per picture delivered.
skipped: pictures that viewers went without, per mille. busy: of all processors, everybody's load.`);
}

function roundCells(each: Round): string[] {
  const { source, watched, before, after } = each;
  const { viewers, seconds, pictures, fps, ageMs, levels } = watched;
  const figures = figuresOf(each);
  const perViewer = (cpuS: number): string => ((cpuS * 1000) / viewers / seconds).toFixed(2);
  const mainS = after.mainS - before.mainS;
  return [
    `${source}, ${viewers}`,
    Object.keys(levels).join(' '),
    `${fps.min.toFixed(1)} / ${fps.p50.toFixed(1)}`,
    figures.encodes.toFixed(2),
    figures.asks.toFixed(2),
    `${(100 * figures.hitRate).toFixed(1)} %`,
    Number.isNaN(figures.ofPossible) ? '–' : `${(100 * figures.ofPossible).toFixed(1)} %`,
    perViewer(mainS),
    ((mainS * 1e6) / pictures).toFixed(0),
    perViewer(after.workerS - before.workerS),
    after.encodeMs.map((ms) => ms.toFixed(1)).join(' / '),
    ageMs === undefined ? '–' : `${ageMs.p50.toFixed(1)} / ${ageMs.p95.toFixed(1)}`,
    figures.skippedPerMille.toFixed(1),
    `${(after.mainKb / 1024).toFixed(0)} / ${(after.workerKb / 1024).toFixed(0)}`,
    `${busyPercent(before.machine, after.machine).toFixed(0)}${after.boxStep > 0 ? `, saves ${after.boxStep}` : ''}`,
  ];
}

function figuresOf({ watched, before, after }: Round) {
  const hits = after.hits - before.hits;
  const misses = after.misses - before.misses;
  const slots = (after.frames - before.frames) * Object.keys(watched.levels).length;
  const skipped = Math.max(watched.missed, after.skipped - before.skipped);
  return {
    encodes: (after.encodes - before.encodes) / slots,
    asks: misses / slots,
    hitRate: hits / (hits + misses),
    // One viewer cannot hit what it is the only one to ask for.
    ofPossible: hits + misses > slots * 1.1 ? Math.min(1, hits / (hits + misses - slots)) : Number.NaN,
    skippedPerMille: (1000 * skipped) / (watched.pictures + skipped),
  };
}

/** What a server cost in one round of the comparison. */
interface Compared {
  readonly server: string;
  readonly watched: Watched;
  readonly cpuS: number;
  readonly residentKb: number;
}

async function comparePipit(client: string, station: StationProcess): Promise<Compared[]> {
  const rows: Compared[] = [];
  for (const count of COMPARED_COUNTS) {
    const paths = { '/camera.mjpg?level=70': count };
    const read = (): Promise<PipitReading> => readPipit(station);
    const { port } = station;
    const { watched, before, after } = await watch(client, { port, paths, warmS: 1, steadyS: COMPARED_S, read });
    const mainS = after.mainS - before.mainS;
    const cpuS = mainS + after.workerS - before.workerS;
    rows.push({ server: 'Pipit', watched, cpuS, residentKb: after.mainKb + after.workerKb });
    rows.push({ server: 'Pipit, main process', watched, cpuS: mainS, residentKb: after.mainKb });
  }
  return rows;
}

async function compare(client: string, other: OtherServer): Promise<Compared[]> {
  const { name, port, path } = other;
  const rows: Compared[] = [];
  for (const count of COMPARED_COUNTS) {
    const child = other.start();
    try {
      await delivering(other);
      const pid = child.pid as number;
      const read = (): [number, number] => [threadSeconds(pid), residentKb(pid)];
      const paths = { [path]: count };
      const { watched, before, after } = await watch(client, { port, paths, warmS: 1, steadyS: COMPARED_S, read });
      rows.push({ server: name, watched, cpuS: after[0] - before[0], residentKb: after[1] });
    } finally {
      await end(child);
    }
  }
  return rows;
}

function lost({ name }: OtherServer, error: unknown): Compared[] {
  console.log(`${name}: ${error}`);
  return [];
}

/** Two seconds of the stream, as files. */
async function savePictures({ port }: StationProcess): Promise<string[]> {
  const parts = await readParts(port, '/camera.mjpg?level=70', 50);
  return parts.map(({ jpeg }, i) => {
    const file = join(dir, `picture-${i}.jpg`);
    writeFileSync(file, jpeg);
    return file;
  });
}

function printCompared(rows: readonly Compared[]): void {
  const columns = ['viewers', 'server', 'fps p50', 'kB a picture', 'CPU ms per viewer and second'];
  columns.push('µs per picture', 'µs per further picture', 'µs per further MB', 'age ms p50 / p95', 'MB');
  const sorted = COMPARED_COUNTS.flatMap((count) => rows.filter(({ watched }) => watched.viewers === count));
  const cells = sorted.map((row) => {
    const { server, watched, cpuS } = row;
    const { viewers, seconds, pictures, bytes, fps, ageMs } = watched;
    const one = rows.find((each) => each.server === server && each.watched.viewers === 1) ?? row;
    const furtherS = cpuS / seconds - one.cpuS / one.watched.seconds;
    const further = (of: 'pictures' | 'bytes'): number => watched[of] / seconds - one.watched[of] / one.watched.seconds;
    return [
      String(viewers),
      server,
      fps.p50.toFixed(1),
      (bytes / pictures / 1000).toFixed(0),
      ((cpuS * 1000) / viewers / seconds).toFixed(2),
      ((cpuS * 1e6) / pictures).toFixed(0),
      viewers === 1 ? '–' : ((furtherS * 1e6) / further('pictures')).toFixed(0),
      viewers === 1 ? '–' : ((furtherS * 1e12) / further('bytes')).toFixed(0),
      ageMs === undefined ? '–' : `${ageMs.p50.toFixed(1)} / ${ageMs.p95.toFixed(1)}`,
      (row.residentKb / 1024).toFixed(0),
    ];
  });
  printTable('One level (70), JPEG camera, beside others', columns, cells);
  console.log(`
further: compared with one viewer, so without what a picture costs that nobody shares. motion's pictures are those of
the same film at the same quality; it says nothing of when they were taken, and sends some of them twice. µStreamer
needs a V4L2 device, and there is none.`);
}

function printBudgets(rounds: readonly Round[]): void {
  console.log('');
  for (const each of rounds) {
    const { source, watched } = each;
    const { encodes, asks, ofPossible } = figuresOf(each);
    const faults = [
      ...(encodes > 1.005 || asks > 1.005 ? [`a picture was made more than once (${asks.toFixed(3)})`] : []),
      ...(ofPossible < 0.8 ? [`hit rate ${ofPossible.toFixed(2)} of what is possible`] : []),
      ...((watched.ageMs?.p95 ?? Number.POSITIVE_INFINITY) >= 100 ? [`age p95 ${watched.ageMs?.p95} ms`] : []),
      ...(watched.fps.min < 24 ? [`${watched.fps.min} pictures a second`] : []),
      ...(watched.refused + watched.ended > 0 ? [`${watched.refused + watched.ended} viewers lost`] : []),
    ];
    console.log(
      `${source}, ${watched.viewers}: ${faults.length === 0 ? 'within its budget' : `NOT: ${faults.join('; ')}`}`,
    );
  }
}
