import { statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { collect, TestContext } from './capture.testing.ts';
import { DemoSource } from './demo-source.ts';

const test = suite('demo source');

/** A context whose time passes as fast as it is waited for. */
function hurried() {
  const clock = new FakeClock();
  const after = clock.after.bind(clock);
  clock.after = (ms, fn) => {
    const timer = after(ms, fn);
    setImmediate(() => clock.advance(ms));
    return timer;
  };
  return Object.assign(new TestContext(1), { clock });
}

test('it is heard at a sensible level, without clipping, and goes on after its end', async () => {
  const context = hurried();
  const sound = await collect(new DemoSource({ type: 'demo' }, context).read(new AbortController().signal), 60);
  assert.ok(sound.seconds >= 60);
  let sum = 0;
  let peak = 0;
  for (const sample of sound.samples) {
    sum += (sample / 32_768) ** 2;
    peak = Math.max(peak, Math.abs(sample));
  }
  const rmsDb = 10 * Math.log10(sum / sound.samples.length);
  assert.ok(Math.abs(rmsDb + 18) < 1.5, `${rmsDb} dBFS`);
  assert.ok(peak < 32_000, `peak ${peak}`);
  assert.equal(context.metadata, [{ title: 'Built-in recording', artist: 'Pipit' }]);
});

test('its file stays small', () => {
  assert.ok(statSync(new URL('demo.opus', import.meta.url)).size < 200_000);
});

test.run();
