import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HD_COSTS, mean, quantile, Simulation, type SimulationOptions, VGA_COSTS, variation } from './link.testing.ts';

// deadline: 60 s
const test = suite('viewers behind simulated links');

const SETTLED_SECONDS = 20;

async function watched(options: Partial<SimulationOptions>, seconds: number): Promise<Simulation> {
  const simulation = new Simulation(options);
  await simulation.run(seconds);
  return simulation;
}

/** No more than one rise a minute, and no fall but the one that takes a rise back. */
function assertStill({ changes }: Simulation): void {
  const late = changes.filter(({ seconds }) => seconds > SETTLED_SECONDS);
  const rises = late.filter(({ level, from }) => level > from);
  rises.forEach(({ seconds }, k) => {
    const before = rises[k - 1]?.seconds ?? Number.NEGATIVE_INFINITY;
    assert.ok(seconds - before > 60, `rises at ${before} and ${seconds} s`);
  });
  assert.ok(late.length <= 2 * rises.length, JSON.stringify(late));
}

/** Pictures of what a link has to carry, what it carries, and what is to come of it. */
const STABLE = [
  { costs: HD_COSTS, kbps: 300, level: 30, utilisation: 0.9, p95Ms: 1900 },
  { costs: HD_COSTS, kbps: 1000, level: 30, utilisation: 0.9, p95Ms: 900 },
  { costs: HD_COSTS, kbps: 2000, level: 30, utilisation: 0.9, p95Ms: 650 },
  { costs: HD_COSTS, kbps: 5000, level: 30, utilisation: 0.87, p95Ms: 400 },
  { costs: HD_COSTS, kbps: 20_000, level: 70, utilisation: 0.9, p95Ms: 300 },
  { costs: VGA_COSTS, kbps: 300, level: 30, utilisation: 0.9, p95Ms: 1000 },
  { costs: VGA_COSTS, kbps: 1000, level: 30, utilisation: 0.9, p95Ms: 500 },
  { costs: VGA_COSTS, kbps: 2000, level: 30, utilisation: 0.9, p95Ms: 350 },
  { costs: VGA_COSTS, kbps: 5000, level: 50, utilisation: 0.85, p95Ms: 250 },
  { costs: VGA_COSTS, kbps: 20_000, level: 90, utilisation: 0.45, p95Ms: 150 },
];

for (const link of [{}, { rttMs: 100 }, { bufferBytes: 87_000 }]) {
  for (const { costs, kbps, level, utilisation, p95Ms } of STABLE) {
    const size = costs === HD_COSTS ? '1280×720' : '640×480';
    test(`a link of ${kbps} kbit/s ${JSON.stringify(link)} keeps pictures of ${size} still and fresh`, async () => {
      const targetKbps = 50_000;
      const simulation = await watched({ costs, kbps, link, targetKbps }, 200);
      assertStill(simulation);
      const rates = simulation.bitrates(SETTLED_SECONDS, 200);
      assert.ok(variation(rates) < 0.2, `varies by ${variation(rates)}`);
      assert.ok(simulation.levelMostly(SETTLED_SECONDS) <= level, 'more than it carries');
      if (!('bufferBytes' in link)) assert.is(simulation.levelMostly(SETTLED_SECONDS), level);
      assert.ok(mean(rates) / kbps > utilisation - (level > 30 ? 0.25 : 0), `carries ${mean(rates)}`);
      const ages = simulation.ages(SETTLED_SECONDS);
      const aroundMs = link.rttMs ?? 0;
      assert.ok(quantile(ages, 0.95) < p95Ms + 2 * aroundMs, `age ${quantile(ages, 0.95)} ms`);
    });
  }
}

test('a link that falls from 5 to 0.5 Mbit/s is followed within three seconds, and back again', async () => {
  const simulation = await watched({ costs: VGA_COSTS, kbps: 5000 }, 40);
  assert.is(simulation.viewer.stats.level, 50);
  simulation.link.kbps = 500;
  await simulation.run(3);
  assert.is(simulation.viewer.stats.level, 30);
  await simulation.run(20);
  const slow = simulation.ages(43, 63);
  assert.ok(quantile(slow, 0.95) < 1200, `age ${quantile(slow, 0.95)} ms`);
  simulation.link.kbps = 5000;
  await simulation.run(15);
  const before = simulation.arrivals.length;
  await simulation.run(2);
  assert.ok(simulation.arrivals.length - before >= 45, 'all frames again');
  await simulation.run(60);
  assert.ok(simulation.changes.some(({ seconds, level }) => seconds > 63 && level > 30));
});

test('after eight seconds without a link the newest frame is there within half a second', async () => {
  for (const link of [{}, { bufferBytes: 87_000 }]) {
    const simulation = await watched({ costs: VGA_COSTS, kbps: 20_000, link }, 20);
    simulation.link.kbps = 0;
    await simulation.run(8);
    simulation.link.kbps = 20_000;
    await simulation.run(0.5);
    const newest = simulation.arrivals.at(-1);
    assert.ok((newest?.ageMs ?? 8000) < 300, `age ${newest?.ageMs} ms`);
    await simulation.run(25);
    assert.is(simulation.viewer.stats.level, 70);
    const stale = simulation.ages(28.5).filter((ageMs) => ageMs > 1000);
    assert.equal(stale, []);
  }
});

test('a connection that tells nothing of what arrives adapts too, though its pictures are older', async () => {
  const link = { figureEveryMs: 0, bufferBytes: 200_000 };
  const simulation = await watched({ costs: HD_COSTS, kbps: 2000, link }, 120);
  assert.is(simulation.viewer.stats.level, 30);
  const ages = simulation.ages(SETTLED_SECONDS);
  assert.ok(quantile(ages, 0.95) < 1300, `age ${quantile(ages, 0.95)} ms`);
});

test('figures that are half a second old lower nothing on a link that carries everything', async () => {
  const simulation = await watched({ costs: VGA_COSTS, kbps: 100_000, link: { figureEveryMs: 500 } }, 60);
  assert.is(simulation.viewer.stats.level, 70);
  assert.ok(simulation.arrivals.filter(({ seconds }) => seconds > 30).length > 740);
});

test('a wished level is not given up, frames are', async () => {
  const wish = { level: 90, fps: Number.POSITIVE_INFINITY, width: 0 };
  const simulation = await watched({ costs: VGA_COSTS, kbps: 2000, wish }, 60);
  assert.equal(simulation.changes, []);
  assert.is(simulation.viewer.stats.level, 90);
  const ages = simulation.ages(SETTLED_SECONDS);
  assert.ok(quantile(ages, 0.95) < 1000, `age ${quantile(ages, 0.95)} ms`);
});

for (const rttMs of [2, 100]) {
  test(`a fast link with ${rttMs} ms there and back misses next to nothing at the start, and is soon at the top`, async () => {
    const simulation = await watched({ costs: VGA_COSTS, kbps: 1e6, link: { rttMs }, targetKbps: 50_000 }, 12);
    assert.ok(simulation.viewer.stats.skippedFrames <= 3, `${simulation.viewer.stats.skippedFrames} skipped`);
    assert.equal(
      simulation.changes.map(({ level }) => level),
      [90],
    );
  });
}

test.run();
