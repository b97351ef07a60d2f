// deadline: 60 s
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { LevelReading } from '../core/level-reading.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { SourceWorker } from './source-worker.ts';

const test = suite('worker-main');
const PROGRAM = [fileURLToPath(new URL('worker-main.ts', import.meta.url))];
const RUNGS = ['mp3@128', 'aac@128', 'opus@64', 'flac@lossless'].map((name) => rungNamed(name) as Rung);
const HIGH: EncoderEffort = { mp3Quality: 2, opusComplexity: 10, aacCoder: 'twoloop', flacLevel: 8 };
const LEAST: EncoderEffort = { mp3Quality: 7, opusComplexity: 1, aacCoder: 'fast', flacLevel: 0 };
/** One of the beeps a second at least is among so many frames of FLAC (96 ms). */
const SEVERAL = 24;

/** No exchange of encoders takes as long. */
const STOOD_STILL_MS = 190;
const MAX_TRIES = 3;

interface SeenUnit {
  readonly ptsUs: number;
  readonly endUs: number;
  readonly bytes: number;
}

/** The real program with a tone, and what it delivers. */
class Fixture implements AsyncDisposable {
  readonly levels: LevelReading[] = [];
  readonly units = new Map<Rung, SeenUnit[]>(RUNGS.map((rung) => [rung, []]));
  readonly counters = new CounterSet();
  readonly worker: SourceWorker;

  constructor() {
    this.worker = new SourceWorker(
      { clock: systemClock, log: new RecordingLog(), counters: this.counters, random: () => 0.5 },
      {
        settings: {
          name: 'tone',
          source: { type: 'test', frequencyHz: 440, levelDb: -12 },
          encoder: { channels: 2, ...HIGH, primeSeconds: 1 },
          meter: { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 1 },
          treatment: UNTREATED,
        },
        sourceTimeoutMs: () => 10_000,
        program: PROGRAM,
      },
      {
        onUnit: ({ rung, ptsUs, durationUs, data }) =>
          this.units.get(rung)?.push({ ptsUs, endUs: ptsUs + durationUs, bytes: data.length }),
        onRung() {},
        onMetadata() {},
        onLevel: (level) => this.levels.push(level),
        onStatus() {},
        onInputWelcome() {},
      },
    );
    this.worker.want(RUNGS);
    this.worker.start();
  }

  /** Waits for so many more units of each rung; those of FLAC. */
  async more(count: number): Promise<readonly SeenUnit[]> {
    const before = [...this.units.values()].map((units) => units.length);
    const has = (units: readonly SeenUnit[], at: number): boolean => units.length >= (before[at] as number) + count;
    await until('units come', () => [...this.units.values()].every(has), 30_000);
    return (this.units.get(RUNGS.at(-1) as Rung) as SeenUnit[]).slice(before.at(-1));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker.stop();
  }
}

/** How far units begin from the end of the one before, where that is not at once. */
function gapsMs(units: readonly SeenUnit[]): number[] {
  return units
    .map(({ ptsUs }, at) => (ptsUs - (units[at - 1]?.endUs ?? ptsUs)) / 1_000)
    .filter((gapMs) => Math.abs(gapMs) >= 2);
}

function meanBytes(units: readonly SeenUnit[]): number {
  return units.reduce((sum, { bytes }) => sum + bytes, 0) / units.length;
}

/** A worker goes to the least effort and back. @returns gaps of each rung, in milliseconds */
async function changeEffort(): Promise<number[][]> {
  await using fixture = new Fixture();
  const before = await fixture.more(SEVERAL);
  fixture.worker.setEffort(LEAST);
  // What is on its way still, and the exchange itself.
  await fixture.more(4);
  const after = await fixture.more(SEVERAL);
  assert.ok(meanBytes(after) > 1.1 * meanBytes(before), 'less effort makes larger frames of FLAC');
  fixture.worker.setEffort(HIGH);
  await fixture.more(SEVERAL);
  assert.is(fixture.counters.snapshot()['encode_skipped_samples_total'] ?? 0, 0);
  assert.is(fixture.counters.snapshot()['encoder_failures_total'] ?? 0, 0);
  return [...fixture.units.values()].map(gapsMs);
}

test('a change of effort reaches every encoder of a worker that runs, and leaves no gap and nothing late', async () => {
  const isOfTheMachine = (gaps: readonly number[]): boolean => gaps.some((gapMs) => gapMs > STOOD_STILL_MS);
  let gaps = await changeEffort();
  // Capture time of all of them jumps where the machine stood still (timeline.ts): that says nothing of the change.
  for (let tries = 1; tries < MAX_TRIES && gaps.every(isOfTheMachine); tries += 1) gaps = await changeEffort();
  assert.equal(
    gaps,
    RUNGS.map(() => []),
  );
});

test('a treatment reaches the sound of a worker that runs', async () => {
  await using fixture = new Fixture();
  const peak = () => fixture.levels.at(-1)?.peakDb[0] ?? -120;
  await until('the tone is measured', () => Math.abs(peak() + 12) < 0.5, 20_000);
  fixture.worker.treat({ ...UNTREATED, gainDb: -20 }, fixture.worker.settings.meter);
  await until('it is quieter', () => Math.abs(peak() + 32) < 0.5, 10_000);
  fixture.worker.treat(UNTREATED, { ...fixture.worker.settings.meter, soundDb: -6 });
  await until('it is as before, and not called sound', () => peak() > -13 && !fixture.levels.at(-1)?.sound, 10_000);
});

test.run();
