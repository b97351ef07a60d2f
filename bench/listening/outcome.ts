import { type Heard, type InHand, type RungArrival, stallSeconds } from './heard.ts';
import type { LinkPlan } from './link-plan.ts';
import type { StationSight } from './station-watch.ts';

/** All that is known of one listener. */
export interface Session {
  readonly link: string;
  readonly listener: string;
  readonly plan: LinkPlan;
  /** When the link began to go as planned. */
  readonly beganMs: number;
  readonly heard: Heard;
  readonly sights: readonly StationSight[];
}

/** What it came to. */
export interface Outcome {
  /** Of what was played; `isBySight`: of the rungs that the station said it was on. */
  readonly kbps: number;
  readonly isBySight: boolean;
  readonly stalls: number;
  readonly stalledS: number;
  readonly firstSoundMs: number | undefined;
  readonly switches: number;
  /** From the link's fall to the first sound of a lower rung. */
  readonly fallS: number | undefined;
  /** From the link's return to the first sound of the rung that it had before. */
  readonly backS: number | undefined;
  /** What the station believed to be in hand less what was: median, and what one in twenty is off by more. */
  readonly beliefMedianS: number | undefined;
  readonly beliefOffS: number | undefined;
  readonly stallsBelieved: number | undefined;
  readonly maxLagS: number;
  readonly skips: number;
  readonly reasons: string;
  readonly warnings: number;
}

const TABLE_HEAD = [
  ...[
    'link',
    'listener',
    'kbit/s',
    'stalls',
    'stalled s',
    'first sound ms',
    'switches',
    'falls after s',
    'back after s',
  ],
  ...['buffer believed − real: median, p95 of |…| s', 'stalls believed', 'most lag s', 'skips', 'warnings', 'why'],
];

export function outcomeOf({ plan, beganMs, heard, sights }: Session): Outcome {
  const rungs = heard.rungs ?? rungsSeen(sights);
  const { fall } = plan;
  const errors = beliefErrors(heard.inHand, sights);
  const last = sights.at(-1);
  return {
    kbps: heard.playedKbps ?? meanOf(rungs, heard.endMs),
    isBySight: heard.playedKbps === undefined,
    stalls: heard.stalls.length,
    stalledS: stallSeconds(heard),
    firstSoundMs: heard.firstSoundMs === undefined ? undefined : heard.firstSoundMs - heard.askedMs,
    switches: Math.max(0, rungs.length - 1),
    fallS: fall && reactionS(rungs, beganMs + fall.atS * 1000),
    backS: fall && recoveryS(rungs, beganMs + fall.atS * 1000, beganMs + fall.backS * 1000),
    beliefMedianS: quantile(errors, 0.5),
    beliefOffS: quantile(
      errors.map((error) => Math.abs(error)),
      0.95,
    ),
    stallsBelieved: last?.steering?.stalls,
    maxLagS: Math.max(0, ...sights.map(({ lagMs }) => lagMs)) / 1000,
    skips: last?.skips ?? 0,
    reasons: reasonsOf(sights, heard.askedMs),
    warnings: heard.warnings.length,
  };
}

export function printOutcomes(sessions: readonly Session[]): void {
  console.log(`| ${TABLE_HEAD.join(' | ')} |\n|${TABLE_HEAD.map(() => '---').join('|')}|`);
  for (const session of sessions) {
    const it = outcomeOf(session);
    const cells = [
      session.link,
      session.listener,
      `${it.isBySight ? '~' : ''}${it.kbps.toFixed(0)}`,
      it.stalls,
      it.stalledS.toFixed(1),
      it.firstSoundMs?.toFixed(0) ?? 'never',
      it.switches,
      it.fallS?.toFixed(1) ?? '',
      it.backS?.toFixed(1) ?? '',
      it.beliefMedianS === undefined ? '' : `${it.beliefMedianS.toFixed(1)}, ${it.beliefOffS?.toFixed(1)}`,
      it.stallsBelieved ?? '',
      it.maxLagS.toFixed(1),
      it.skips,
      it.warnings,
      it.reasons,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** Of many alike: what they came to together. */
export function printTogether(sessions: readonly Session[]): void {
  const head = [
    'link',
    'listeners',
    'kbit/s',
    'stalls',
    'stalled s',
    'switches',
    'first sound ms: median, most',
    'skips',
  ];
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|`);
  for (const link of new Set(sessions.map((session) => session.link))) {
    const all = sessions.filter((session) => session.link === link).map(outcomeOf);
    const total = (of: (outcome: Outcome) => number): number => all.reduce((sum, outcome) => sum + of(outcome), 0);
    const firsts = all.map(({ firstSoundMs }) => firstSoundMs ?? Number.POSITIVE_INFINITY);
    const cells = [
      link,
      all.length,
      (total(({ kbps }) => kbps) / all.length).toFixed(0),
      total(({ stalls }) => stalls),
      total(({ stalledS }) => stalledS).toFixed(1),
      total(({ switches }) => switches),
      `${quantile(firsts, 0.5)?.toFixed(0)}, ${quantile(firsts, 1)?.toFixed(0)}`,
      total(({ skips }) => skips),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function rungsSeen(sights: readonly StationSight[]): RungArrival[] {
  const rungs: RungArrival[] = [];
  for (const { atMs, rung } of sights) {
    const kbps = Number(/@(\d+)/.exec(rung)?.[1] ?? 0);
    if (rungs.at(-1)?.kbps !== kbps) rungs.push({ atMs, kbps });
  }
  return rungs;
}

function meanOf(rungs: readonly RungArrival[], endMs: number): number {
  const beganMs = rungs[0]?.atMs ?? endMs;
  let total = 0;
  for (const [i, { atMs, kbps }] of rungs.entries()) total += kbps * ((rungs[i + 1]?.atMs ?? endMs) - atMs);
  return total / Math.max(1, endMs - beganMs);
}

function rungAt(rungs: readonly RungArrival[], atMs: number): number {
  return rungs.findLast((rung) => rung.atMs <= atMs)?.kbps ?? 0;
}

function reactionS(rungs: readonly RungArrival[], fallMs: number): number | undefined {
  const before = rungAt(rungs, fallMs);
  const lower = rungs.find(({ atMs, kbps }) => atMs > fallMs && kbps < before);
  return lower && (lower.atMs - fallMs) / 1000;
}

function recoveryS(rungs: readonly RungArrival[], fallMs: number, backMs: number): number | undefined {
  const before = rungAt(rungs, fallMs);
  if (!rungs.some(({ atMs, kbps }) => atMs > fallMs && kbps < before)) return undefined;
  const again = rungs.find(({ atMs, kbps }) => atMs > backMs && kbps >= before);
  return again && (again.atMs - backMs) / 1000;
}

/** At each moment for which both are known. */
function beliefErrors(inHand: readonly InHand[], sights: readonly StationSight[]): number[] {
  const errors: number[] = [];
  let index = 0;
  for (const { atMs, steering } of sights) {
    while (index + 1 < inHand.length && (inHand[index + 1] as InHand).atMs <= atMs) index += 1;
    const near = inHand[index];
    if (steering === null || near === undefined || Math.abs(near.atMs - atMs) > 300) continue;
    errors.push(steering.buffer_seconds - near.seconds);
  }
  return errors;
}

function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** The changes that the station remembers of the session. */
function reasonsOf(sights: readonly StationSight[], askedMs: number): string {
  const seen = new Map<string, string>();
  for (const { steering } of sights) {
    for (const { at_seconds: at, to, reason } of steering?.switches ?? []) {
      seen.set(`${at} ${to}`, `${Math.round(at)} s ${to.split('@')[1]} ${reason}`);
    }
  }
  const end = sights.at(-1);
  const below = sights.find(({ steering }) => steering?.below_lowest === true);
  const notes = [...seen.values()];
  if (notes.length > MAX_REASONS) notes.splice(MAX_REASONS, notes.length, '…');
  if (below !== undefined) notes.push(`said to be below lowest after ${((below.atMs - askedMs) / 1000).toFixed(0)} s`);
  if (end?.steering?.hold != null) notes.push(`in the end held by ${end.steering.hold}`);
  return notes.join(', ');
}

const MAX_REASONS = 16;
