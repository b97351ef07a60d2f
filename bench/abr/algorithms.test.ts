import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { algorithms } from './algorithms.ts';
import { figuresOf } from './figures.ts';
import { Link } from './link.ts';
import { DEFAULT_LIVE, type Live } from './live.ts';
import { syntheticTraces } from './synthetic-traces.ts';

const test = suite('algorithms');

/** The oracle takes sound for arrived when a whole unit has, and merges what is nearly the same. */
const TOLERANCE = 3;

for (const [kind, traces] of Object.entries(syntheticTraces())) {
  test(`nobody is better than who knows the future: ${kind}`, () => {
    for (const [name, trace] of Object.entries(traces).slice(0, 4)) {
      const live: Live = { ...DEFAULT_LIVE, bufferS: 10, lengthS: 200 };
      const link = new Link(name, trace, { lengthS: live.lengthS });
      const qoe = new Map(algorithms().map((each) => [each.name, figuresOf([each.run(link, live)]).qoe]));
      const best = qoe.get('oracle') as number;
      for (const [other, value] of qoe) {
        assert.ok(value <= best + TOLERANCE, `${name}: ${other} ${value.toFixed(1)}, oracle ${best.toFixed(1)}`);
      }
    }
  });
}

test('a session is the same each time', () => {
  const live: Live = { ...DEFAULT_LIVE, bufferS: 5, lengthS: 120 };
  const trace = syntheticTraces()['walk']?.['walk-3'] ?? [];
  for (const { run } of algorithms()) {
    assert.equal(run(new Link('a', trace, live), live), run(new Link('a', trace, live), live));
  }
});

test.run();
