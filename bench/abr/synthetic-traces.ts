import type { Stretch } from './link.ts';
import { LADDER_KBPS } from './live.ts';
import { normal, seededRandom } from './seeded-random.ts';

/** Round trip of all of them. */
const LATENCY_MS = 60;

/** Links of one kind, by name. */
export type Traces = Readonly<Record<string, readonly Stretch[]>>;

/** Links that were thought up, by kind. The kind `walk` is there to be looked at, not to tune on. */
export function syntheticTraces(): Readonly<Record<string, Traces>> {
  return {
    steps: {
      'step-30s': [of(30, 5000), of(30, 200), of(30, 5000)],
      'step-10s': [of(20, 5000), of(10, 200)],
      'step-120s': [of(60, 5000), of(120, 200), of(60, 5000)],
      'step-to-90': [of(40, 1000), of(20, 90)],
    },
    sawtooth: {
      'saw-60s': ramp(500, 50, 60),
      'saw-20s': ramp(500, 50, 20),
      'saw-180s': ramp(600, 40, 180),
    },
    spikes: {
      'up-3s-in-20s': [of(17, 150), of(3, 3000)],
      'up-10s-in-60s': [of(50, 150), of(10, 2000)],
      'down-3s-in-20s': [of(17, 500), of(3, 20)],
      'down-1s-in-5s': [of(4, 450), of(1, 10)],
    },
    outages: Object.fromEntries(
      [2, 8, 20].flatMap((seconds) =>
        [1000, 200].map((kbps) => [`outage-${seconds}s-of-${kbps}`, [of(60, kbps), of(seconds, 0), of(30, kbps)]]),
      ),
    ),
    steady: Object.fromEntries(
      LADDER_KBPS.flatMap((rung) =>
        [0.92, 1.08, 1.3].map((share) => [`steady-${Math.round(rung * share)}`, [of(60, rung * share)]]),
      ),
    ),
    walk: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`walk-${i + 1}`, walk(i + 1)])),
  };
}

function of(seconds: number, kbps: number): Stretch {
  return { duration_ms: seconds * 1000, bandwidth_kbps: kbps, latency_ms: LATENCY_MS };
}

function ramp(fromKbps: number, toKbps: number, seconds: number): Stretch[] {
  const steps = seconds * 2;
  return Array.from({ length: steps }, (_, i) => of(0.5, fromKbps + ((toKbps - fromKbps) * i) / (steps - 1)));
}

/** Ten minutes around a mean of its own, to which it is drawn back; now and then nothing for some seconds. */
function walk(seed: number): Stretch[] {
  const random = seededRandom(seed);
  const mean = Math.log(90 + 350 * random());
  const pull = 0.02 + 0.15 * random();
  const noise = 0.1 + 0.35 * random();
  const outageShare = 0.006 * random();
  const stretches: Stretch[] = [];
  for (let log = mean, leftS = 600; leftS > 0; ) {
    log += pull * (mean - log) + noise * normal(random);
    const isOutage = random() < outageShare;
    const seconds = isOutage ? 1 + 9 * random() : 0.5 + random();
    stretches.push(of(seconds, isOutage ? 0 : Math.min(4000, Math.exp(log))));
    leftS -= seconds;
  }
  return stretches;
}
