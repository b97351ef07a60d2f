import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemConf } from '../update/system-conf.ts';

const test = suite('folders of the data partition');

const ROOT = join(import.meta.dirname, '../..');
const START = readFileSync(join(import.meta.dirname, 'files/usr/lib/pipit-image/data-start'), 'utf8');

/** All files below a folder, as one text. */
function textOf(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

/** How data-start makes a folder: the arguments of install(1). */
function madeAs(name: string): string | undefined {
  return new RegExp(`^install -d (.*?) (?:/data/\\w+ )*/data/${name}(?: |$)`, 'm').exec(START)?.[1];
}

test('each that a unit, a script, RAUC or a command names is made at the start', () => {
  const users = [textOf('systemd/image'), textOf('image/root/files'), systemConf('arm64')];
  const commands = [
    'commands/update-command.ts',
    'update/update-marks.ts',
    'commands/onboard-command.ts',
    'onboarding/first-boot.ts',
  ];
  users.push(...commands.map((name) => readFileSync(join(ROOT, 'src', name), 'utf8')));
  const named = new Set(
    [...users.join('\n').matchAll(/(?<![\w/])\/data\/([a-z]+)\b(?!-)/g)].map(([, name = '']) => name),
  );
  // One that a rescue makes itself.
  named.delete('broken');
  assert.ok(named.has('confirm') && named.has('system') && named.has('updates'));
  for (const name of named) {
    const isKept = new RegExp(`^keep ${name} `, 'm').test(START);
    assert.ok(isKept || madeAs(name) !== undefined, `nobody makes /data/${name}`);
  }
});

test('whoever writes there owns it, and root alone what root reads', () => {
  const confirm = readFileSync(join(ROOT, 'systemd/image/pipit-confirm-update.service'), 'utf8');
  const [, user = ''] = /^User=(.+)$/m.exec(confirm) ?? [];
  assert.is(madeAs('confirm'), `-m 755 -o ${user} -g ${user}`);
  for (const name of ['rauc', 'updates']) assert.is(madeAs(name), '-m 700 -o root -g root');
});

test.run();
