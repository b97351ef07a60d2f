import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EarlyProcess } from './early-process.ts';

const test = suite('early process');
const WAITS = ['-e', 'setInterval(() => {}, 1000)'];

test('is there for the first who asks for its program, and for nobody else', async () => {
  using early = new EarlyProcess(WAITS);
  assert.is(early.take(['-e', 'another()']), undefined);
  const child = early.take(WAITS);
  assert.ok(child?.pid !== undefined);
  assert.is(early.take(WAITS), undefined);
  early[Symbol.dispose]();
  assert.is(child.signalCode, null, 'whoever took it ends it');
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('is not given away when it has ended', async () => {
  using early = new EarlyProcess(['-e', 'process.exit(3)']);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.is(early.take(['-e', 'process.exit(3)']), undefined);
});

test('ends when nobody took it', async () => {
  const early = new EarlyProcess(WAITS);
  early[Symbol.dispose]();
  early[Symbol.dispose]();
  assert.is(early.take(WAITS), undefined);
});

test.run();
