import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../recipe.ts';
import { gzipped, placeOf, systemFiles, unitsToEnable } from './files.ts';

const test = suite('deb/files');

test('every file in systemd/ has a place, and the package ships it there', async () => {
  const files = await systemFiles(ROOT);
  const names = readdirSync(join(ROOT, 'systemd'), { withFileTypes: true }).filter((entry) => entry.isFile());
  assert.is(files.length, names.filter(({ name }) => placeOf(name) !== undefined).length);
  const paths = files.map(({ path }) => path);
  for (const path of [
    'usr/lib/systemd/system/pipit.service',
    'usr/lib/sysusers.d/pipit.conf',
    'usr/lib/udev/rules.d/60-pipit.rules',
    'usr/share/polkit-1/rules.d/60-pipit.rules',
    'etc/avahi/services/pipit.service',
  ]) {
    assert.ok(paths.includes(path), path);
  }
});

test('texts for developers are not installed, and an unknown ending is refused', () => {
  assert.is(placeOf('README.md'), undefined);
  assert.is(placeOf('pipit-service.test.ts'), undefined);
  assert.throws(() => placeOf('pipit.socketry'), /nothing is known of \.socketry/);
});

test('a unit is enabled when it says what wants it', async () => {
  assert.ok(unitsToEnable(await systemFiles(ROOT)).includes('pipit.service'));
  const unit = (name: string, content: string) => ({ path: `usr/lib/systemd/system/${name}`, content });
  const units = [unit('a.service', '[Service]\n'), unit('b.timer', '[Timer]\n\n[Install]\nWantedBy=timers.target\n')];
  assert.equal(unitsToEnable(units), ['b.timer']);
});

test('the maintainer scripts are there', () => {
  for (const name of ['postinst', 'prerm', 'postrm']) assert.ok(existsSync(join(ROOT, 'image/deb/debian', name)), name);
});

test('what is gzipped carries no time', () => {
  assert.equal([...gzipped('text').subarray(0, 8)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
});

test.run();
