import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placedPartitions } from '../disk/layout.ts';
import { releaseUrl } from '../disk/os-list.ts';
import { runChecks } from './check.ts';
import { checkCardFiles, checkRootFiles } from './must-have.ts';
import { compareTable, type Table } from './partition-table.ts';
import { checkPermissions, namesOf } from './permissions.ts';
import { compareFolders, withVariables } from './reproducible.ts';
import { checkAccounts, checkSecrets } from './secrets.ts';
import { largestFolders } from './sizes.ts';
import { type Entry, treeOf } from './tree.ts';

const test = suite('verification of an image');

const USERS = namesOf('root:x:0:0::/root:/bin/sh\npipit:x:100:100::/:/bin/false\n');

function entry(path: string, mode: number, more: Partial<Entry> = {}): Entry {
  return { path, kind: 'file', mode, uid: 0, gid: 0, bytes: 0, mtime: 0, ...more };
}

function tableOf(
  change: (number: number) => Partial<Table['partitiontable']['partitions'][number]> = () => ({}),
): Table {
  const partitions = placedPartitions().map(({ number, start, size, type }) => ({
    ...{ node: `disk.img${number}`, start: start / 512, size: size / 512, type: type.replace(/^0x0?/, '') },
    ...change(number),
  }));
  const extended = { node: 'disk.img4', start: 1, size: 1, type: 'f' };
  return { partitiontable: { label: 'dos', id: '0x50495054', sectorsize: 512, partitions: [...partitions, extended] } };
}

test('every check runs, whatever the others find, and all findings are told at the end', async () => {
  const lines: string[] = [];
  const checks = [
    { name: 'one', run: async () => ({ detail: 'as it is', findings: ['too small.', 'too blue.'] }) },
    { name: 'two', run: async () => Promise.reject(new Error('no such file')) },
    { name: 'three', run: async () => ({ detail: 'well', findings: [] }) },
  ];
  try {
    await runChecks(checks, (line: string) => lines.push(line));
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'one: too small.\none: too blue.\ntwo: no such file');
  }
  assert.equal(
    lines.map((line) => line.slice(0, 5).trim()),
    ['WRONG', 'WRONG', 'ok'],
  );
});

test('a partition that is elsewhere, of another type or missing is found', () => {
  assert.equal(compareTable(tableOf()), []);
  const [moved = ''] = compareTable(tableOf((number) => (number === 5 ? { start: 1 } : {})));
  assert.match(moved, /^Partition 5 \(rootA\) has \d+ bytes at 512, not/);
  assert.equal(compareTable(tableOf((number) => (number === 7 ? { type: '7' } : {}))), [
    'Partition 7 (data) is of type 7.',
  ]);
  const { partitiontable } = tableOf();
  const less = { ...partitiontable, id: '0x1', partitions: partitiontable.partitions.slice(1) };
  assert.is(compareTable({ partitiontable: less }).length, 3);
});

test('programs with setuid, files for all to write and services that are not of root are found', () => {
  const findings = checkPermissions(
    [
      entry('usr/bin/odd', 0o4755),
      entry('tmp', 0o1777, { kind: 'folder' }),
      entry('srv', 0o777, { kind: 'folder' }),
      entry('etc/systemd/system/a.service', 0o755),
      entry('usr/lib/systemd/systemd', 0o755),
      entry('usr/lib/systemd/system/b.service', 0o644, { uid: 100 }),
      entry('etc/shadow', 0o644),
      entry('var/lost', 0o644, { gid: 9 }),
      entry('etc/link', 0o777, { kind: 'link', target: '/x' }),
    ],
    USERS,
    USERS,
  );
  assert.equal(
    findings.map((finding) => finding.split(' ')[0]),
    [
      'usr/bin/odd',
      'srv',
      'etc/systemd/system/a.service',
      'usr/lib/systemd/system/b.service',
      'etc/shadow',
      'var/lost',
    ],
  );
});

test('keys, ids and traces of the build are found; a library that knows how a key begins is not one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pipit-secrets-'));
  await mkdir(join(root, 'etc/ssh'), { recursive: true });
  await writeFile(join(root, 'etc/ssh/ssh_host_rsa_key'), '');
  const begin = `-----BEGIN ${'PRIVATE'} KEY-----`;
  await writeFile(join(root, 'etc/key.pem'), `${begin}\n${'A'.repeat(64)}\n`);
  await writeFile(join(root, 'etc/library'), `${begin}\0-----END`);
  await writeFile(join(root, 'etc/note'), 'made in /somewhere/checkout by hand');
  const findings = checkSecrets(root, treeOf(root), ['/somewhere/checkout']);
  assert.equal(findings, [
    'etc/key.pem holds a private key.',
    'etc/note names /somewhere/checkout, of the build.',
    'etc/ssh/ssh_host_rsa_key: a host key that all would share.',
  ]);
});

test('an account with a password, or one that needs none, is found', () => {
  assert.equal(checkAccounts('root:x:0:0::/:/bin/sh\n', 'root:*:1::::::\nsshd:!*:1::::::\n'), []);
  assert.equal(checkAccounts('toor:x:0:0::/:/bin/sh\nguest::5:5::/:/bin/sh\n', 'a:$y$x:1::::::\nb::1::::::\n'), [
    'a has a password, or needs none.',
    'b has a password, or needs none.',
    'toor is root by another name.',
    "guest's password is not in /etc/shadow.",
  ]);
});

test('what is missing is found, and a unit that is started and is not there', () => {
  const findings = checkRootFiles([
    entry('etc/machine-id', 0o644, { bytes: 33 }),
    entry('etc/systemd/system/x.target.wants/gone.service', 0o777, {
      kind: 'link',
      target: '/usr/lib/systemd/system/gone.service',
    }),
  ]);
  assert.ok(findings.includes('usr/bin/pipit is missing.'));
  assert.ok(findings.some((finding) => finding.includes('gone.service, which is not there')));
  assert.ok(findings.some((finding) => finding.startsWith('etc/machine-id is not empty')));
  assert.ok(checkCardFiles(new Set(), 'arm64').includes('pipit.txt is missing.'));
  assert.equal(checkCardFiles(new Set(), 'amd64'), []);
});

test('two folders are compared by what is in them, how it may be used, and where links lead', async () => {
  const make = async (target: string, text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'pipit-compare-'));
    await writeFile(join(folder, 'a'), text);
    await symlink(target, join(folder, 'link'));
    return folder;
  };
  const [one, other] = [await make('x', 'same'), await make('y', 'some')];
  const lines = await compareFolders(one, other);
  assert.ok(lines.some((line) => line.startsWith('  a: ')));
  assert.ok(lines.some((line) => line.startsWith('  link: ')));
  assert.equal(await compareFolders(one, one), []);
});

test('the largest folders come first', () => {
  const files = [
    entry('usr/bin/a', 0, { bytes: 5 }),
    entry('usr/lib/b', 0, { bytes: 7 }),
    entry('usr/lib/c', 0, { bytes: 1 }),
  ];
  assert.equal(largestFolders(files, 1), [['usr/lib', 8]]);
});

test('two builds that are compared name the same address to download from, and leave none behind', async () => {
  const { PIPIT_RELEASE_URL: before } = process.env;
  const inside = await withVariables({ PIPIT_RELEASE_URL: 'https://example.org' }, async () =>
    ['/one', '/two'].map((dist) => releaseUrl(dist, 'pipit.svg')),
  );
  assert.equal(inside, ['https://example.org/pipit.svg', 'https://example.org/pipit.svg']);
  assert.is(process.env['PIPIT_RELEASE_URL'], before);
});

test.run();
