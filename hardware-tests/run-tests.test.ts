import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bench, type HardwareTest, NotThere, type TestResult } from './hardware-test.ts';
import type { MainStation } from './main-station.ts';
import { runTests } from './run-tests.ts';

const test = suite('run-tests');

function testOf(parts: Partial<HardwareTest>): HardwareTest {
  return { about: 'x', name: 'y', needs: [], run: async () => {}, ...parts };
}

async function run(tests: readonly HardwareTest[], signal = new AbortController().signal) {
  const calls: string[] = [];
  const mainStation = {
    rest: async () => void calls.push('rest'),
    goOn: async () => void calls.push('go on'),
  } as unknown as MainStation;
  const told: TestResult[] = [];
  const results = await runTests(tests, { signal, mainStation, onResult: (result) => told.push(result) });
  assert.equal(told, results);
  return { results, calls };
}

const missing = { missing: async () => 'there is no moon' };

test('a test that needs what is not there is skipped with the reason, and never run', async () => {
  let wasRun = false;
  const { results, calls } = await run([
    testOf({
      needs: [missing],
      needsRest: true,
      run: async () => {
        wasRun = true;
      },
    }),
  ]);
  assert.is(results[0]?.outcome, 'skipped');
  assert.is(results[0]?.reason, 'there is no moon');
  assert.not(wasRun);
  assert.equal(calls, ['go on']);
});

test('what a test finds out late skips it, any other error fails it, and the next one runs', async () => {
  const fail = (error: Error) => testOf({ run: () => Promise.reject(error) });
  const { results } = await run([fail(new NotThere('no sun')), fail(new Error('rain')), testOf({})]);
  assert.equal(
    results.map(({ outcome, reason }) => [outcome, reason]),
    [
      ['skipped', 'no sun'],
      ['failed', 'rain'],
      ['passed', ''],
    ],
  );
});

test('what a test has begun is ended, the last first, also when it fails; what does not end fails it', async () => {
  const ended: string[] = [];
  const begin = (bench: Bench) => {
    bench.stack.defer(() => void ended.push('first'));
    bench.stack.defer(() => void ended.push('second'));
  };
  let folder = '';
  const { results } = await run([
    testOf({
      run: async (bench) => {
        begin(bench);
        folder = bench.folder;
        assert.ok(existsSync(folder));
        throw new Error('no');
      },
    }),
    testOf({
      run: async (bench) => {
        bench.stack.defer(() => Promise.reject(new Error('stuck')));
      },
    }),
  ]);
  assert.equal(ended, ['second', 'first']);
  assert.not(existsSync(folder));
  assert.is(results[1]?.reason, 'it left something behind: stuck');
});

test('a test that hangs fails at its limit', async () => {
  const { results } = await run([testOf({ limitMs: 50, run: () => new Promise(() => {}) })]);
  assert.is(results[0]?.outcome, 'failed');
  assert.match(results[0]?.reason ?? '', /not over after 0.05 s/);
});

test('the station rests from the first test on that it would be in the way of, and goes on at the end', async () => {
  const { calls } = await run([testOf({}), testOf({ needsRest: true }), testOf({ needsRest: true })]);
  assert.equal(calls, ['rest', 'rest', 'go on']);
});

test('a test that was ended no longer makes the station rest, however late it asks', async () => {
  let late: Promise<unknown> = Promise.resolve();
  const { results, calls } = await run([
    testOf({
      limitMs: 20,
      run: (bench) => {
        late = new Promise((resolve) => setTimeout(resolve, 100)).then(() => bench.station(''));
        return new Promise(() => {});
      },
    }),
  ]);
  assert.is(results[0]?.outcome, 'failed');
  assert.instance(await late.catch((error: unknown) => error), Error);
  assert.equal(calls, ['go on']);
});

test('a run that is ended runs no more tests', async () => {
  const { results, calls } = await run([testOf({}), testOf({})], AbortSignal.abort(new Error('enough')));
  assert.equal(results, []);
  assert.equal(calls, ['go on']);
});

// Timers of limits do not keep a process alive.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));
test.run();
