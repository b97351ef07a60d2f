import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TestResult } from '../../hardware-tests/hardware-test.ts';
import { PassedParts } from './passed-parts.ts';

const passedParts = suite('passed parts');
let folder = '';

passedParts.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipit-passed-'));
});
passedParts.after.each(() => rm(folder, { recursive: true, force: true }));

passedParts('gives back what a part came to, to another run too', async () => {
  const part = { results: [resultOf('passed'), resultOf('skipped')], figures: { boot_s: 31.5 } };
  await new PassedParts(join(folder, 'new')).keep('boot', part);
  assert.equal(await new PassedParts(join(folder, 'new')).of('boot'), part);
  assert.is(await new PassedParts(join(folder, 'new')).of('show'), undefined);
});

passedParts('a part with a failure, or that ran no test, has not passed', async () => {
  const parts = new PassedParts(folder);
  await parts.keep('boot', { results: [resultOf('passed'), resultOf('failed')], figures: {} });
  await parts.keep('show', { results: [], figures: {} });
  assert.is(await parts.of('boot'), undefined);
  assert.is(await parts.of('show'), undefined);
});

passedParts('what has passed in a run that asks for more has passed, and not the other way round', async () => {
  const part = { results: [resultOf('passed')], figures: {} };
  await new PassedParts(join(folder, 'full')).keep('boot', part);
  assert.equal(await new PassedParts(join(folder, 'few'), [join(folder, 'full')]).of('boot'), part);
  await new PassedParts(join(folder, 'few')).keep('show', part);
  assert.is(await new PassedParts(join(folder, 'full')).of('show'), undefined);
});

passedParts('what was cut off while it was written counts for nothing', async () => {
  await writeFile(join(folder, 'boot.json'), '{"results":[');
  assert.is(await new PassedParts(folder).of('boot'), undefined);
});

passedParts.run();

function resultOf(outcome: TestResult['outcome']): TestResult {
  return { about: 'boot', name: 'it starts', outcome, reason: '', notes: [], seconds: 1 };
}
