import { resolve } from 'node:path';
import { algorithms } from './abr/algorithms.ts';
import { type Figures, figuresOf } from './abr/figures.ts';
import { Link } from './abr/link.ts';
import { DEFAULT_LIVE, type Live } from './abr/live.ts';
import { recordedTraces } from './abr/recorded-traces.ts';
import { syntheticTraces, type Traces } from './abr/synthetic-traces.ts';
import { LEGEND, printFigures } from './abr/table.ts';

/*
 * A live listener on links that change: the station's own controller beside the literature's, and beside what could be
 * had by somebody who knew the future. Simulated; prints tables.
 *
 *   node bench/abr.ts [quick] [buffer=10,…] [scenario=3g-x0.25,…] [half=even|odd] [only=pipit,…] [trace=NAME] [log]
 *                     [frontier] [encoded=128,…] [lag=10] [resume=2]
 *
 * quick: every fifth recording, a buffer of 10 s; half: every second trace, to tune on the one half and look at the
 * other; only: these algorithms; trace: those whose name contains it, each with a table of its own; log: what the
 * controller saw and did, second by second; frontier: who knows the future, with several weights of silence; encoded: of
 * what the station pushes, only these rungs are always encoded, and the others on demand, so that who lags must first
 * get to where they begin; lag: what the station keeps for a listener that is slow, seconds; resume: how far behind the
 * present it goes on when that was not enough.
 *
 * Recordings come from PIPIT_BENCH_TRACES (default ../shared/traces): one session each, of 20 minutes; longer ones are
 * cut, shorter ones begin anew. Synthetic links last 10 minutes. Takes three minutes, quick a quarter of one.
 *
 * What is simulated: the link's changing rate, a queue in the server's kernel, half a round trip each way, chunks of half
 * a second, looks once a second or ten times; not: TCP's slow start and losses, queues on the way.
 */

interface Scenario {
  readonly name: string;
  readonly traces: Traces;
  readonly scale: number;
  readonly lengthS: number;
  readonly isRecorded?: boolean;
}

/** Weights of silence for which somebody who knows the future is asked: a frontier of bitrate against rebuffering. */
const FRONTIER = [0.02, 0.1, 1];

const args = new Map(process.argv.slice(2).map((arg) => arg.split('=', 2) as [string, string | undefined]));
const listOf = (name: string): string[] | undefined => args.get(name)?.split(',');
const isQuick = args.has('quick');
const buffers = listOf('buffer')?.map(Number) ?? (isQuick ? [10] : [5, 10, 15]);
const wanted = listOf('scenario');
const only = listOf('only');
const traceName = args.get('trace');
const TRACES = resolve(process.env['PIPIT_BENCH_TRACES'] ?? '../shared/traces', '3g');

for (const scenario of scenarios()) {
  if (wanted !== undefined && !wanted.includes(scenario.name)) continue;
  const names = chosen(Object.keys(scenario.traces));
  if (names.length === 0) continue;
  for (const bufferS of buffers) {
    const title = `${scenario.name}, buffer ${bufferS} s, ${names.length} sessions of ${scenario.lengthS / 60} min`;
    if (traceName === undefined) compare(title, scenario, names, bufferS);
    else for (const name of names) compare(`${name}: ${title}`, scenario, [name], bufferS);
  }
}
console.log(`\n${LEGEND}`);

function compare(title: string, scenario: Scenario, names: readonly string[], bufferS: number): void {
  const { lengthS, scale, traces } = scenario;
  const live: Live = {
    ...DEFAULT_LIVE,
    bufferS,
    lengthS,
    maxLagS: Number(args.get('lag') ?? DEFAULT_LIVE.maxLagS),
    encodedKbps: listOf('encoded')?.map(Number),
    resumeS: Number(args.get('resume') ?? DEFAULT_LIVE.resumeS),
  };
  const links = names.map((name) => new Link(name, traces[name] ?? [], { lengthS, scale }));
  const isFrontier =
    args.has('frontier') || (!isQuick && bufferS === 10 && scenario.isRecorded && traceName === undefined);
  const weights = isFrontier ? FRONTIER : [1];
  const rows: Record<string, Figures> = {};
  for (const { name, run } of algorithms({ isLogged: args.has('log'), weights })) {
    if (only !== undefined && !only.some((each) => name.startsWith(each))) continue;
    rows[name] = figuresOf(links.map((link) => run(link, live)));
  }
  printFigures(title, rows);
}

function chosen(names: readonly string[]): string[] {
  if (traceName !== undefined) return names.filter((name) => name.includes(traceName));
  const rest = args.get('half') === 'odd' ? 1 : 0;
  return names.filter((_, i) => !args.has('half') || i % 2 === rest);
}

function scenarios(): Scenario[] {
  const recorded = recordedTraces(TRACES);
  if (recorded === undefined) console.log(`No recordings in ${TRACES}: synthetic links only.`);
  const traces = Object.fromEntries(Object.entries(recorded ?? {}).filter((_, i) => !isQuick || i % 5 === 0));
  return [
    { name: '3g-x0.25', traces, scale: 0.25, lengthS: 1200, isRecorded: true },
    { name: '3g-x1', traces, scale: 1, lengthS: 1200, isRecorded: true },
    ...Object.entries(syntheticTraces()).map(([name, each]) => ({ name, traces: each, scale: 1, lengthS: 600 })),
  ];
}
