import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { ReleaseCheck } from './release-check.ts';
import { compareVersions, isVersion } from './release-version.ts';

const test = suite('release check');
const DAY_MS = 24 * 60 * 60 * 1000;

/** Asks a real server that answers like that. */
async function asking(
  answer: RequestListener,
  use: (box: {
    check: ReleaseCheck;
    clock: FakeClock;
    log: RecordingLog;
    asked: () => number;
    settings: Settings;
  }) => Promise<void>,
): Promise<void> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/release.json`;
  const settings: Settings = { checkReleases: true, releaseUrl: url };
  const [clock, log] = [new FakeClock(), new RecordingLog()];
  const wallTime = () => new Date('2030-01-01T00:00:00Z');
  const check = new ReleaseCheck({ clock, log, random: () => 0.5, wallTime, version: '1.2.3' }, () => settings);
  try {
    await use({ check, clock, log, asked: () => asked, settings });
  } finally {
    await check[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
  }
}

interface Settings {
  checkReleases: boolean;
  releaseUrl: string;
}

test('a newer version is told of, once a day', async () => {
  const release = { version: 'v1.10.0', url: 'https://example.org/1.10.0', bundle: 'https://example.org/1.10.0.raucb' };
  await asking(
    (_, response) => response.end(JSON.stringify(release)),
    async ({ check, clock, log, asked }) => {
      await check.start();
      assert.equal(check.report.latest, undefined);
      await clock.run(31_000);
      await until('it is known', () => check.report.latest !== undefined);
      const { latest, url, bundle, isNewer, checkedAt } = check.report;
      assert.is(bundle, release.bundle);
      assert.equal([latest, url, isNewer], ['1.10.0', 'https://example.org/1.10.0', true]);
      assert.is(checkedAt?.getUTCFullYear(), 2030);
      await clock.run(DAY_MS - 60_000);
      assert.is(asked(), 1);
      await clock.run(61_000);
      await until('it is asked again', () => asked() === 2);
      assert.is(log.lines.filter(({ level }) => level === 'notice').length, 1);
    },
  );
});

test('nobody is asked while it is off, and soon when it is switched on', async () => {
  await asking(
    (_, response) => response.end('{"version":"1.2.3"}'),
    async ({ check, clock, asked, settings }) => {
      settings.checkReleases = false;
      await check.start();
      await clock.run(3 * DAY_MS);
      check.configure();
      await clock.run(DAY_MS);
      assert.is(asked(), 0);
      assert.is(clock.pendingTimers, 0);
      settings.checkReleases = true;
      check.configure();
      await clock.run(1);
      await until('it is known', () => check.report.latest !== undefined);
      assert.equal([check.report.latest, check.report.isNewer, check.report.isOn], ['1.2.3', false, true]);
      settings.checkReleases = false;
      check.configure();
      await clock.run(3 * DAY_MS);
      assert.equal([check.report.latest, check.report.isOn, asked()], [undefined, false, 1]);
    },
  );
});

for (const [what, answer, problem] of [
  ['another page', '<html>', 'sends no JSON'],
  ['no version', '{"version":"latest"}', 'names no version'],
  ['nothing', 'null', 'names no version'],
  ['far too much', 'x'.repeat(1_000_000), 'sends too much'],
] as const) {
  test(`who answers with ${what} is asked again in an hour`, async () => {
    await asking(
      (_, response) => response.end(answer),
      async ({ check, clock, asked, log }) => {
        await check.start();
        await clock.run(31_000);
        await until('that is known', () => check.report.problem !== undefined);
        assert.is(check.report.problem, problem);
        assert.is(check.report.latest, undefined);
        await until('it waits', () => clock.pendingTimers === 1);
        await clock.run(60 * 60 * 1000);
        await until('it is asked again', () => asked() === 2);
        assert.is(log.lines.length, 1);
      },
    );
  });
}

test('who does not answer is given up, also when Pipit stops meanwhile', async () => {
  await asking(
    () => {},
    async ({ check, clock, asked }) => {
      await check.start();
      await clock.run(31_000);
      await until('it is asked', () => asked() === 1);
      clock.advance(10_000);
      await until('it is given up', () => check.report.problem !== undefined);
      assert.is(check.report.problem, 'does not answer in time');
      await until('it waits', () => clock.pendingTimers === 1);
      await clock.run(60 * 60 * 1000);
      await until('it is asked again', () => asked() === 2);
    },
  );
});

test('an address of a release that is none is not passed on', async () => {
  await asking(
    (_, response) => response.end('{"version":"2.0.0","url":"javascript:alert(1)"}'),
    async ({ check, clock }) => {
      await check.start();
      await clock.run(31_000);
      await until('it is known', () => check.report.latest !== undefined);
      assert.is(check.report.url, '');
    },
  );
});

test('versions come in the order of the specification', () => {
  const ordered = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.10',
    '1.2.0',
    '10.0.0',
  ];
  const index = fc.nat(ordered.length - 1);
  fc.assert(
    fc.property(index, index, (a, b) => {
      assert.is(Math.sign(compareVersions(ordered[a] ?? '', ordered[b] ?? '')), Math.sign(a - b));
    }),
  );
  assert.is(compareVersions('v1.2.3+a', '1.2.3+b'), 0);
  assert.not.ok(isVersion('1.2') || isVersion('latest') || isVersion('1.2.3.4'));
});

test.run();
