import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NotThere } from './hardware-test.ts';
import { MainStation, stationUrl } from './main-station.ts';

const test = suite('MainStation');
const [path, getuid] = [process.env['PATH'], process.getuid];
let folder = '';

/** Notes what it is asked for, and says of units what stands in files of their names. */
const SYSTEMCTL = `#!/bin/sh
cd "$(dirname "$0")"
case $1 in
  is-active) cat "$2" 2> /dev/null || echo inactive; exit ;;
esac
echo "$*" >> calls
[ "$1" != stop ] || [ ! -e hangs ] || kill -INT $$
`;
const SYSTEMD_RUN = `#!/bin/sh
cd "$(dirname "$0")"
echo "guard $*" >> calls
`;

const file = (name: string): string => join(folder, name);
const calls = (): string[] => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').trim().split('\n') : []);
const asked = (): string[] => calls().map((call) => call.split(' ')[0] as string);

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipit-main-station-'));
  for (const [name, script] of Object.entries({ systemctl: SYSTEMCTL, 'systemd-run': SYSTEMD_RUN })) {
    await writeFile(file(name), script);
    await chmod(file(name), 0o755);
  }
  await writeFile(file('pipit.service'), 'active\n');
  process.env['PATH'] = `${folder}:${path}`;
  process.getuid = () => 0;
});

test.after.each(async () => {
  process.env['PATH'] = path;
  process.getuid = getuid;
  await rm(folder, { recursive: true, force: true });
});

test('it is stopped once, and started again at the end', async () => {
  const station = new MainStation();
  await station.rest();
  await station.rest();
  await station.goOn();
  assert.equal(calls().slice(1), ['stop pipit.service', 'start --no-block pipit.service', 'stop pipit-self-test-end']);
});

test('before it is stopped, something else waits for the end of this process and starts it then', async () => {
  await new MainStation().rest();
  const [first = '', second] = calls();
  assert.match(first, /^guard /);
  assert.match(first, new RegExp(`tail --pid=${process.pid} .*systemctl start pipit\\.service$`));
  assert.is(second, 'stop pipit.service');
});

test('it is asked where its configuration says', async () => {
  await writeFile(file('config.hcl'), 'server {\n  listen_port = 9001\n}\n');
  assert.is(stationUrl(file('config.hcl')), 'http://127.0.0.1:9001');
  await writeFile(file('config.hcl'), 'server {\n  host = "::1"\n}\n');
  assert.is(stationUrl(file('config.hcl')), 'http://[::1]:8001');
});

test('one that does not run is left as it is', async () => {
  await rm(file('pipit.service'));
  const station = new MainStation();
  await station.rest();
  await station.goOn();
  assert.equal(calls(), []);
});

test('it goes on after a stop that was interrupted: systemd stops it all the same', async () => {
  await writeFile(file('hangs'), '');
  const station = new MainStation();
  let message = '';
  await station.rest().catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /does not stop/);
  await station.goOn();
  assert.equal(asked(), ['guard', 'stop', 'start', 'stop']);
});

test('it goes on when it was told to while it was being stopped', async () => {
  const station = new MainStation();
  await Promise.all([station.rest(), station.goOn()]);
  assert.equal(asked(), ['guard', 'stop', 'start', 'stop']);
});

test('who may not stop it is told that this takes root, and the test is skipped', async () => {
  process.getuid = () => 1000;
  const error = await new MainStation().rest().catch((caught: unknown) => caught);
  assert.instance(error, NotThere);
  assert.match((error as Error).message, /takes root/);
  assert.equal(calls(), []);
});

test('a new system that proves itself by it is not disturbed', async () => {
  await writeFile(file('pipit-confirm-update.service'), 'active\n');
  const resting = new MainStation().rest();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(calls(), []);
  await rm(file('pipit-confirm-update.service'));
  await resting;
  assert.equal(asked(), ['guard', 'stop']);
});

test.run();
