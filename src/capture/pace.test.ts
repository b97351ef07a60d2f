import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, sleep, systemClock } from '../core/clock.ts';
import type { PcmBlock } from '../core/pcm.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { paced } from './pace.ts';

const test = suite('pace');
const never = new AbortController().signal;

/** Blocks of 50 ms; before each one the source takes as long as `delaysMs` says. */
async function* source(clock: Clock, count: number, delayMs: (index: number) => number): AsyncGenerator<PcmBlock> {
  for (let index = 0; index < count; index++) {
    if (delayMs(index) > 0) await sleep(clock, delayMs(index), never);
    yield { samples: new Int16Array(4800), channels: 2 };
  }
}

interface Arrival {
  readonly ms: number;
  readonly ptsMs: number | undefined;
}

/** When each block comes out, in milliseconds since the first. */
async function arrivals(count: number, delayMs: (index: number) => number, leadMs: number, isStamped = false) {
  const clock = new FakeClock();
  const startUs = clock.nowUs();
  const times: Arrival[] = [];
  const reading = (async () => {
    for await (const block of paced(source(clock, count, delayMs), { clock, signal: never }, { leadMs, isStamped })) {
      const { ptsUs } = block;
      times.push({
        ms: (clock.nowUs() - startUs) / 1000,
        ptsMs: ptsUs === undefined ? undefined : (ptsUs - startUs) / 1000,
      });
    }
  })();
  while (times.length < count) await clock.run(1000);
  await reading;
  return times;
}

test('what could come at once comes in real time, without drift', async () => {
  const times = await arrivals(1000, () => 0, 100);
  assert.equal(
    times.slice(0, 5).map(({ ms }) => ms),
    [0, 0, 0, 50, 100],
  );
  const last = times[999]?.ms as number;
  assert.ok(Math.abs(last - (999 * 50 - 100)) < 2, `${last} ms`);
});

test('a source in real time, or slower, or jittering, is never delayed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 50, max: 3000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 2000 }),
      async (delays, leadMs) => {
        let expected = 0;
        const times = await arrivals(delays.length, (index) => delays[index] as number, leadMs);
        for (const [index, delay] of delays.entries()) {
          expected += delay;
          assert.is(times[index]?.ms, expected);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a recorder whose clock is fast by less than the tolerance is never held back, one that is faster is', async () => {
  /** How long after it was there the last of an hour's blocks came out, when the clock is fast by `ppm`. */
  const heldBackMs = async (ppm: number, fasterPpm: number): Promise<number> => {
    const clock = new FakeClock();
    const startUs = clock.nowUs();
    const blockUs = 1e6 / (1 + ppm / 1e6);
    let there = 0;
    let heldMs = 0;
    async function* recorder(): AsyncGenerator<PcmBlock> {
      for (there = 1; there <= 3600; there++) {
        const waitMs = (startUs + there * blockUs - clock.nowUs()) / 1000;
        if (waitMs > 0) await sleep(clock, waitMs, never);
        yield { samples: new Int16Array(96_000), channels: 2 };
      }
    }
    const reading = (async () => {
      for await (const _ of paced(recorder(), { clock, signal: never }, { leadMs: 100, fasterPpm }))
        heldMs = (clock.nowUs() - startUs - there * blockUs) / 1000;
    })();
    while (there <= 3600) await clock.run(1000);
    await reading;
    return heldMs;
  };
  assert.ok((await heldBackMs(150, 200)) < 2);
  const held = await heldBackMs(150, 0);
  assert.ok(held > 400, `${held} ms`);
});

test('while it catches up, everything else gets its turn', async () => {
  let [turns, blocks] = [0, 0];
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const endless = source(systemClock, Number.POSITIVE_INFINITY, () => 0);
  for await (const _ of paced(endless, { clock: systemClock, signal: never }, { leadMs: 0 })) {
    blocks += 1;
    if (blocks === 10) break;
    // Whoever takes the block needs longer for it than it lasts.
    for (const endUs = systemClock.nowUs() + 60_000; systemClock.nowUs() < endUs; );
  }
  clearImmediate(next);
  assert.ok(turns >= 7, `${turns} turns in ${blocks} blocks`);
});

test('seconds that a server sends at once come at once, and no more than the lead', async () => {
  const times = await arrivals(100, () => 0, 2000);
  assert.is(times[40]?.ms, 0);
  assert.is(times[41]?.ms, 50);
  assert.is(times[99]?.ms, 99 * 50 - 2000);
});

test('after a stall of less than a second the schedule is caught up with, after a longer one it begins anew', async () => {
  const short = await arrivals(100, (index) => (index === 50 ? 700 : 0), 100);
  assert.ok(Math.abs((short[99]?.ms as number) - (99 * 50 - 100)) < 2);
  const long = await arrivals(100, (index) => (index === 50 ? 5000 : 0), 100);
  const resumed = long[50]?.ms as number;
  assert.ok(Math.abs((long[99]?.ms as number) - (resumed + 49 * 50 - 100)) < 2, 'no burst beyond the lead');
});

test('stamps follow the schedule: evenly, never in the future, never back', async () => {
  for (const stallMs of [0, 700, 5000]) {
    const times = await arrivals(100, (index) => (index === 50 ? stallMs : 0), 2000, true);
    for (const [index, { ms, ptsMs = 0 }] of times.entries()) {
      assert.ok(ptsMs <= ms + 1, `${ptsMs} at ${ms}`);
      if (index === 0) continue;
      const step = ptsMs - (times[index - 1]?.ptsMs as number);
      assert.ok(index === 50 ? step > 0 : Math.abs(step - 50) < 0.01, `${step} ms before block ${index}`);
    }
  }
});

test('an abort ends the wait and closes the source', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let isClosed = false;
  async function* endless(): AsyncGenerator<PcmBlock> {
    try {
      for (;;) yield { samples: new Int16Array(4800), channels: 2 };
    } finally {
      isClosed = true;
    }
  }
  const blocks = paced(endless(), { clock, signal: stop.signal }, { leadMs: 0 });
  await blocks.next();
  const next = blocks.next();
  await clock.run(1);
  stop.abort();
  assert.is((await next).done, true);
  assert.is(isClosed, true);
  assert.is(clock.pendingTimers, 0);
});

test.run();
