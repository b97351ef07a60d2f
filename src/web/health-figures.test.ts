import { suite } from 'uvu';
import * as assert from 'uvu/assert';

type Values = (number | null)[];
interface FigureHistory {
  readonly times: number[];
  readonly knownFromMs: number;
  valuesOf(name: string, subject?: string): Values;
  subjectsOf(name: string): string[];
  ratesOf(name: string, subject?: string): Values;
  grown(name: string, subject: string, seconds: number): number;
  add(nowMs: number, figures: Record<string, Record<string, number>>): void;
  fill(nowMs: number, past: { times: number[]; series: Record<string, Record<string, Values>> }): void;
}

const test = suite('health figures');
const { FigureHistory } = (await import(new URL('ui/health/figure-history.js', import.meta.url).href)) as {
  FigureHistory: new () => FigureHistory;
};

const NOON = Date.UTC(2024, 0, 1, 12);
const MINUTE = 60_000;

test('an hour in slots of ten seconds, whatever comes', () => {
  const figures = new FigureHistory();
  for (let second = 0; second < 4_000; second += 2) figures.add(NOON + second * 1000, { cpu: { '': second } });
  assert.is(figures.times.length, 360);
  assert.is(figures.times.at(-1), NOON + 3_990_000);
  assert.is(figures.times[0], NOON + 400_000);
  const values = figures.valuesOf('cpu');
  assert.is(values.length, 360);
  assert.ok(values.every((value) => value !== null));
  // The mean of five readings.
  assert.is(values.at(-1), 3_994);
  assert.is(figures.valuesOf('never').length, 360);
});

test('a pause is a gap, and a clock that is set back begins anew', () => {
  const figures = new FigureHistory();
  figures.add(NOON, { cpu: { '': 1 } });
  figures.add(NOON + 5 * MINUTE, { cpu: { '': 2 } });
  assert.is(figures.valuesOf('cpu').filter((value) => value !== null).length, 2);
  assert.is(figures.valuesOf('cpu').at(-31), 1);
  figures.add(NOON - 24 * 60 * MINUTE, { cpu: { '': 3 } });
  assert.equal(
    figures.valuesOf('cpu').filter((value) => value !== null),
    [3],
  );
  figures.add(NOON + 24 * 60 * MINUTE, { cpu: { '': 4 } });
  assert.equal(
    figures.valuesOf('cpu').filter((value) => value !== null),
    [4],
  );
});

test('the kept past fills what is not known better', () => {
  const figures = new FigureHistory();
  figures.add(NOON + 30_000, { cpu: { '': 0.5 } });
  figures.fill(NOON + 30_000, {
    times: [NOON - 2 * MINUTE, NOON - MINUTE, NOON],
    series: { cpu: { '': [0.1, null, 0.9] }, level: { mic: [-20, -21, -22] } },
  });
  const values = figures.valuesOf('cpu');
  assert.equal(values.slice(-4), [0.9, 0.9, 0.9, 0.5]);
  assert.equal(values.slice(-10, -4), Array(6).fill(null));
  assert.equal(values.slice(-16, -10), Array(6).fill(0.1));
  assert.equal(figures.subjectsOf('level'), ['mic']);
  assert.is(figures.valuesOf('level', 'mic').at(-1), -22);
});

test('what is shown begins where something is known, and is no less than five minutes', () => {
  const figures = new FigureHistory();
  figures.add(NOON, { cpu: { '': 1 } });
  assert.is(figures.knownFromMs, NOON - 5 * MINUTE);
  figures.fill(NOON, { times: [NOON - 20 * MINUTE], series: { cpu: { '': [1] } } });
  assert.is(figures.knownFromMs, NOON - 20 * MINUTE);
});

test('growth counts over its time, and over a start of the program', () => {
  const figures = new FigureHistory();
  const counts = [100, 103, 103, 0, 2, 2];
  counts.forEach((count, minute) => {
    figures.add(NOON + minute * MINUTE, { xruns_total: { '': count } });
  });
  assert.is(figures.grown('xruns_total', '', 3_600), 5);
  assert.is(figures.grown('xruns_total', '', 50), 0);
  assert.is(figures.grown('xruns_total', '', 130), 2);
  assert.is(figures.grown('never_total', '', 3_600), 0);
});

test('the kept past of a counter makes no growth that was not there', () => {
  const figures = new FigureHistory();
  figures.add(NOON + 30_000, { xruns_total: { '': 5 } });
  figures.add(NOON + 50_000, { xruns_total: { '': 7 } });
  figures.fill(NOON + 50_000, { times: [NOON - MINUTE, NOON], series: { xruns_total: { '': [5, 2] } } });
  assert.is(figures.grown('xruns_total', '', 3_600), 2);
});

test('the growth that history kept goes on into what the socket tells', () => {
  const figures = new FigureHistory();
  figures.add(NOON + 30_000, { xruns_total: { '': 100 } });
  const times = [NOON - 3 * MINUTE, NOON - 2 * MINUTE, NOON - MINUTE, NOON];
  figures.fill(NOON + 30_000, { times, series: { xruns_total: { '': [4, 0, 3, null] } } });
  assert.is(figures.valuesOf('xruns_total').at(-7), 100);
  assert.is(figures.grown('xruns_total', '', 3_600), 3);
});

test('a rate is that of the last minute', () => {
  const figures = new FigureHistory();
  for (let second = 0; second <= 120; second += 2)
    figures.add(NOON + second * 1000, { frames_total: { cam: second * 10 } });
  const rate = figures.ratesOf('frames_total', 'cam').at(-1) ?? 0;
  assert.ok(Math.abs(rate - 10) < 0.5, String(rate));
  const kept = new FigureHistory();
  kept.fill(NOON + 50_000, {
    times: [NOON - MINUTE, NOON],
    series: { frames_total: { cam: [600, 600] } },
  });
  assert.is(kept.ratesOf('frames_total', 'cam').at(-2), 10);
});

test.run();
