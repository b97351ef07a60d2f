import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PipitError } from '../core/errors.ts';
import { Rauc } from './rauc.ts';
import { refusalReport } from './refusals.ts';

const test = suite('Rauc');

/** What busctl answers to a method, as it does with --json=short. */
const ANSWERS: Readonly<Record<string, string>> = {
  GetSlotStatus: JSON.stringify({
    type: 'a(sa{sv})',
    data: [
      [
        [
          'rootfs.0',
          {
            bootname: { type: 's', data: 'A' },
            state: { type: 's', data: 'booted' },
            'boot-status': { type: 's', data: 'good' },
          },
        ],
        ['boot.0', { class: { type: 's', data: 'boot' }, state: { type: 's', data: 'active' } }],
        [
          'rootfs.1',
          {
            bootname: { type: 's', data: 'B' },
            state: { type: 's', data: 'inactive' },
            'boot-status': { type: 's', data: 'bad' },
            'bundle.version': { type: 's', data: '1.3.0' },
            'installed.timestamp': { type: 's', data: '2026-11-21T16:00:00Z' },
            size: { type: 't', data: 100 },
          },
        ],
      ],
    ],
  }),
  GetPrimary: '{"type":"s","data":["rootfs.1"]}',
  GetAll: JSON.stringify({
    type: 'a{sv}',
    data: [
      {
        Operation: { type: 's', data: 'installing' },
        LastError: { type: 's', data: '' },
        Progress: { type: '(isi)', data: [40, 'Updating slots', 2] },
        Compatible: { type: 's', data: 'pipit-arm64' },
      },
    ],
  }),
  InspectBundle: JSON.stringify({
    type: 'a{sv}',
    data: [
      {
        'manifest-hash': { type: 's', data: 'abc' },
        // A variant in a variant, as RAUC has it.
        update: {
          type: 'v',
          data: {
            type: 'a{sv}',
            data: { compatible: { type: 's', data: 'pipit-arm64' }, version: { type: 's', data: '1.3.0' } },
          },
        },
      },
    ],
  }),
  InstallBundle: '',
  Mark: '{"type":"ss","data":["rootfs.0","marked slot rootfs.0 as good"]}',
};

function rauc(asked: string[][] = []): Rauc {
  return new Rauc(async (name, args) => {
    asked.push([name, ...args]);
    const method = args.find((each) => Object.hasOwn(ANSWERS, each)) ?? '';
    return { exitCode: 0, out: ANSWERS[method] ?? '', complaint: '' };
  });
}

test('tells the two systems from their parts', async () => {
  assert.equal(await rauc().slots(), [
    { name: 'rootfs.0', bootName: 'A', isBooted: true, isBootable: true, version: undefined, installedAt: undefined },
    {
      name: 'rootfs.1',
      bootName: 'B',
      isBooted: false,
      isBootable: false,
      version: '1.3.0',
      installedAt: '2026-11-21T16:00:00Z',
    },
  ]);
});

test('tells what is done, what a bundle is, and marks', async () => {
  const asked: string[][] = [];
  const it = rauc(asked);
  assert.equal(await it.activity(), { isBusy: true, percent: 40, step: 'Updating slots', lastError: '' });
  assert.equal(await it.inspect('/x.raucb'), { compatible: 'pipit-arm64', version: '1.3.0' });
  assert.is(await it.compatible(), 'pipit-arm64');
  assert.is(await it.primary(), 'rootfs.1');
  await it.install('/x.raucb');
  assert.is(await it.mark('good', 'booted'), 'marked slot rootfs.0 as good');
  assert.equal(asked.at(-1)?.slice(-8), [
    'call',
    'de.pengutronix.rauc',
    '/',
    'de.pengutronix.rauc.Installer',
    'Mark',
    'ss',
    'good',
    'booted',
  ]);
});

test('one that is late to start is waited for, one that never answers is not for ever', async () => {
  let asked = 0;
  const late = new Rauc(async () => {
    asked += 1;
    if (asked > 1) return { exitCode: 0, out: ANSWERS['GetAll'] ?? '', complaint: '' };
    return { exitCode: 1, out: '', complaint: 'Call failed: Failed to activate service: timed out\n' };
  });
  await late.untilAnswers(60_000);
  assert.is(asked, 2);
  const never = new Rauc(async () => ({ exitCode: 1, out: '', complaint: 'Call failed: Connection timed out' }));
  await never.untilAnswers(0).then(
    () => assert.unreachable('it answered'),
    (error: PipitError) => assert.is(error.code, 'update.rauc'),
  );
});

test('a refusal has its own words, and those for people', async () => {
  const said = async (complaint: string) => {
    const it = new Rauc(async () => ({ exitCode: 1, out: '', complaint }));
    const error = await it.inspect('/x.raucb').then(
      () => assert.unreachable('it was taken'),
      (thrown: PipitError) => thrown,
    );
    assert.is(error?.code, 'update.rauc');
    return refusalReport(error).code;
  };
  const failed = 'Call failed: signature verification failed:';
  assert.is(await said(`${failed} Verify error: unable to get local issuer certificate\n`), 'update.not-trusted');
  const inside = 'error:1700009E:CMS routines::verification failure\n803F:CMS routines:content verify error:462:\n';
  assert.is(await said(`${failed} ${inside}`), 'update.damaged');
  const size = 'Call failed: Invalid bundle format: Signature size (4987001963078723714) exceeds bundle size';
  assert.is(await said(size), 'update.damaged');
});

test.run();
