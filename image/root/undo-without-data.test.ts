import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemConf } from '../update/system-conf.ts';

const test = suite('a system without its data partition');

const HERE = 'files/usr/lib/pipit-image';
const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const unit = (name: string) => textOf(`../../systemd/image/${name}`);
const SIGN = '/run/pipit-image/data-is-memory';

interface Tries {
  readonly own: number;
  readonly other: number;
}

/** What it does on a machine that has started B with so many tries left then. */
function done({ own, other }: Tries, canWrite = true): string[] {
  const root = mkdtempSync(join(tmpdir(), 'pipit-undo-'));
  const program = (name: string, text: string) =>
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const here = (text: string) =>
    text.replaceAll('/usr/lib/pipit-image/', `${root}/`).replaceAll('/proc/', `${root}/proc/`);
  try {
    for (const folder of ['bin', 'proc']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'proc/cmdline'), 'root=PARTUUID=50495054-06 rauc.slot=B quiet\n');
    writeFileSync(join(root, 'other-slot'), here(textOf(`${HERE}/other-slot`)));
    writeFileSync(join(root, 'called'), '');
    program('fw_printenv', `case $* in '-n BOOT_B_LEFT') echo ${own} ;; '-n BOOT_A_LEFT') echo ${other} ;; esac`);
    program('fw_setenv', `echo "fw_setenv $*" >> ${root}/called; exit ${canWrite ? 0 : 1}`);
    for (const name of ['sleep', 'systemctl']) program(name, `echo "${name} $*" >> ${root}/called`);
    const { status } = spawnSync('/bin/sh', ['-c', here(textOf(`${HERE}/undo-without-data`))], {
      env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}` },
      timeout: 20_000,
    });
    assert.is(status, canWrite ? 0 : 1);
    return readFileSync(join(root, 'called'), 'utf8').split('\n').slice(0, -1);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('it does not confirm itself', () => {
  assert.match(textOf(`${HERE}/data-start`), `: > ${SIGN}\n`);
  assert.match(unit('pipit-confirm-update.service'), `\nConditionPathExists=!${SIGN}\n`);
  assert.match(unit('pipit-undo-without-data.service'), `\nConditionPathExists=${SIGN}\n`);
  const { mode } = statSync(join(import.meta.dirname, HERE, 'undo-without-data'));
  assert.is(mode & 0o777, 0o755);
  assert.match(unit('pipit-image.preset'), '\nenable pipit-undo-without-data.service\n');
});

test('one that was installed starts again after a while, until its last try', () => {
  for (const own of [2, 1, 0]) {
    const expected = [`fw_setenv BOOT_B_LEFT ${own}`, 'sleep 180', 'systemctl --no-block reboot'];
    assert.equal(done({ own, other: 6 }), expected);
  }
});

test('one that has proven itself stays; so does one that is the last, or whose tries can not be counted', () => {
  for (const own of [5, 4, 3]) assert.equal(done({ own, other: 6 }), []);
  assert.equal(done({ own: 2, other: 0 }), []);
  assert.equal(done({ own: 2, other: 6 }, false), ['fw_setenv BOOT_B_LEFT 2']);
});

test('nor is one started again that could not be confirmed, where a start can not be counted', () => {
  const sign = '/run/pipit-image/data-is-read-only';
  assert.match(textOf(`${HERE}/data-start`), `: > ${sign}\n`);
  assert.match(unit('pipit-undo-update@.service'), `\nConditionPathExists=!${sign}\n`);
});

test('RAUC gives so many tries', () => {
  assert.match(systemConf('arm64'), '\nboot-attempts-primary=3\nboot-attempts=6\n');
});

test('from whichever count it begins, it is started again a few times only', () => {
  for (let own = 0; own <= 6; own++) {
    for (let other = 0; other <= 6; other++) assert.ok(startsUntilOneStays({ own, other }) <= 7, `${own}, ${other}`);
  }
});

/** As boot.cmd counts and the script decides, while no system can mount it. @param tries before the first start */
function startsUntilOneStays(tries: Tries): number {
  let [present, next] = [tries.own, tries.other];
  for (let starts = 1; starts < 100; starts++) {
    if (present === 0) [present, next] = [next, present];
    if (present === 0) [present, next] = [3, 3];
    present -= 1;
    if (present > 2 || next <= 0) return starts;
  }
  return Number.POSITIVE_INFINITY;
}

test.run();
