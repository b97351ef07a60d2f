import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Turns } from './turns.ts';

const test = suite('turns');

test('only so many are at work at a time, all in order, and each gets its own result', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ pauses: fc.nat(4), fails: fc.boolean() }), { maxLength: 20 }),
      async (most, jobs) => {
        const turns = new Turns(most);
        const begun: number[] = [];
        let working = 0;
        const results = await Promise.allSettled(
          jobs.map(({ pauses, fails }, i) =>
            turns.take(async () => {
              begun.push(i);
              working += 1;
              assert.ok(working <= most);
              for (let pause = 0; pause < pauses; pause += 1) await new Promise(setImmediate);
              working -= 1;
              if (fails) throw new Error(`${i}`);
              return i;
            }),
          ),
        );
        assert.equal(begun, [...jobs.keys()]);
        for (const [i, result] of results.entries()) {
          if (result.status === 'fulfilled') assert.is(result.value, i);
          else assert.is((result.reason as Error).message, `${i}`);
          assert.is(result.status === 'rejected', jobs[i]?.fails);
        }
        assert.is(turns.waiting, 0);
      },
    ),
    { numRuns: 100 },
  );
});

test('it tells how many wait', async () => {
  const turns = new Turns(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = [turns.take(() => promise), turns.take(() => promise), turns.take(() => promise)];
  assert.is(turns.waiting, 2);
  resolve();
  await Promise.all(all);
  assert.is(turns.waiting, 0);
});

test.run();
