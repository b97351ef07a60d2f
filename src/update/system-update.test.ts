import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testkit/until.ts';
import { refusalOf, UpdateFixture } from './system-update.testing.ts';
import { UpdateMarks } from './update-marks.ts';

const test = suite('SystemUpdate');

test('an uploaded file is checked, installed and taken away; the system then waits for a restart', async () => {
  await using fixture = await UpdateFixture.open();
  const { update, rauc } = fixture;
  assert.is(await fixture.send(Buffer.from('bundle 1.3.0'), 12), 12);
  await update.settled();
  assert.equal(fixture.steps, ['downloading', 'checking', 'installing', 'installed']);
  assert.is(update.report.version, '1.3.0');
  assert.equal(rauc.installed, ['bundle 1.3.0']);
  assert.equal(await readdir(join(fixture.root, 'updates')), []);
  assert.equal(fixture.events, []);
});

for (const [name, content, code] of [
  ['without a signature', 'unsigned 1.3.0', 'update.not-trusted'],
  ['that is damaged', 'damaged 1.3.0', 'update.damaged'],
  ['for another machine', 'bundle 1.3.0 pipit-other', 'update.not-for-this'],
  ['that is older', 'bundle 1.1.9', 'update.older'],
  ['that breaks while it is written', 'bundle 1.3.0 pipit-arm64 breaks', 'update.damaged'],
] as const) {
  test(`an update ${name} is refused with a sentence, and the next one may come`, async () => {
    await using fixture = await UpdateFixture.open();
    await fixture.send(Buffer.from(content));
    await fixture.update.settled();
    assert.is(fixture.problem, code);
    assert.match(fixture.update.report.problem?.remedy ?? '', /\w/);
    await fixture.send(Buffer.from('bundle 1.3.0'));
    await fixture.update.settled();
    assert.is(fixture.update.report.step, 'installed');
  });
}

test('an installation whose RAUC has died is a failure, and not taken for one that is done', async () => {
  await using fixture = await UpdateFixture.open();
  await fixture.send(Buffer.from('bundle 1.3.0 pipit-arm64 dies'));
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'failed');
  assert.is(fixture.problem, 'update.failed');
  assert.not.match(JSON.stringify(fixture.log.lines), 'is installed');
});

test('RAUC may not answer for a while as it installs, but not for ever', async () => {
  await using fixture = await UpdateFixture.open();
  fixture.rauc.unanswered = 9;
  await fixture.send(Buffer.from('bundle 1.3.0'));
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
  fixture.rauc.unanswered = 10;
  await fixture.send(Buffer.from('bundle 1.4.0'));
  await fixture.update.settled();
  assert.is(fixture.problem, 'update.failed');
});

test('an older one is taken from who asks for that', async () => {
  await using fixture = await UpdateFixture.open();
  const file = join(fixture.root, 'old.raucb');
  await writeFile(file, 'bundle 1.1.9');
  fixture.update.install(file, { allowOlder: true, restart: true });
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
  assert.equal(fixture.events, ['reboot']);
  assert.ok((await readdir(fixture.root)).includes('old.raucb'));
});

test('where there is no RAUC, there are no such updates', async () => {
  await using fixture = await UpdateFixture.open({ isThere: false });
  assert.not.ok(fixture.update.isAvailable);
  assert.is(await refusalOf(() => fixture.update.fetch('http://127.0.0.1:1/')), 'update.none-here');
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'))), 'update.none-here');
});

test('a station that starts while RAUC installs follows it to the end', async () => {
  await using fixture = await UpdateFixture.open({
    prepare: async (_root, rauc) => rauc.begin('1.5.0'),
  });
  assert.is(fixture.update.report.step, 'installing');
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
});

test('an update that was undone is told of, with the reason', async () => {
  await using fixture = await UpdateFixture.open({
    prepare: async (root, rauc) => {
      rauc.other = { ...rauc.other, isBootable: false, version: '1.3.0' };
      for (const mark of ['fresh-B', 'installed-B']) await writeFile(join(root, mark), '');
      await writeFile(join(root, 'undone-B'), 'The station does not answer\n');
    },
  });
  assert.is(fixture.update.report.step, 'undone');
  assert.match(fixture.update.report.problem?.message ?? '', /1\.3\.0 was undone: The station does not answer/);
  assert.equal(fixture.events, ['undone 1.3.0']);
});

test('one that broke off while it was written is none that was undone', async () => {
  await using fixture = await UpdateFixture.open({
    prepare: async (root, rauc) => {
      rauc.other = { ...rauc.other, isBootable: false };
      await writeFile(join(root, 'fresh-B'), '');
    },
  });
  assert.is(fixture.update.report.step, 'idle');
});

test('a new system is confirming until it has proven itself', async () => {
  await using fixture = await UpdateFixture.open({
    prepare: async (root) => await writeFile(join(root, 'fresh-A'), ''),
  });
  assert.is(fixture.update.report.step, 'confirming');
  await new UpdateMarks(fixture.root).confirm('A');
  await until('it is noticed', () => fixture.update.report.step === 'idle');
  assert.equal(fixture.events, ['installed 1.2.0']);
});

test.run();
