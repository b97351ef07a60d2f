import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('first-boot at each start');

const SCRIPT = readFileSync(join(import.meta.dirname, 'files/usr/lib/pipit-image/first-boot'), 'utf8');
const SHIPPED = readFileSync(join(import.meta.dirname, '../boot/pipit.txt'));

/** A machine whose folders are below one, and whose programs only say that they were called. */
class Machine implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'pipit-first-boot-'));
  /** How `pipit apply-first-boot` ends. */
  exitCode = 0;

  constructor() {
    for (const folder of ['boot/firmware', 'data/system', 'data/iwd', 'etc/iwd', 'run/pipit-image', 'usr/bin', 'bin']) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    this.write('etc/hostname', 'pipit\n');
    this.write('etc/hosts', '127.0.1.1\tpipit\n');
    this.write('etc/iwd/main.conf', '[General]\nEnableNetworkConfiguration=false\n');
    this.write('boot/firmware/pipit.txt', SHIPPED);
    for (const name of ['systemctl', 'hostname', 'install', 'iw']) this.#program(`bin/${name}`, 0);
  }

  write(file: string, content: string | Uint8Array): void {
    writeFileSync(join(this.root, file), content);
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** @returns what was called, without its folder, in that order */
  start(): string[] {
    this.write('called', '');
    this.#program('usr/bin/pipit', this.exitCode);
    const text = SCRIPT.replaceAll(
      /(?<=[\s"=])\/(?=(?:boot\/firmware|data|etc|run|usr\/bin\/pipit)\b)/g,
      `${this.root}/`,
    );
    const { status } = spawnSync('/bin/sh', ['-c', text], {
      env: { PATH: `${join(this.root, 'bin')}:${process.env['PATH']}`, LANG: 'C.UTF-8' },
      timeout: 20_000,
    });
    assert.is(status, 0);
    return this.read('called').replaceAll(`${this.root}/`, '/').split('\n').slice(0, -1);
  }

  #program(file: string, exitCode: number): void {
    const text = `#!/bin/sh\necho "\${0##*/} $*" >> ${this.root}/called\nexit ${exitCode}\n`;
    writeFileSync(join(this.root, file), text, { mode: 0o755 });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const TAKEN_OVER = [
  'systemctl stop pipit.service',
  'pipit apply-first-boot --card /boot/firmware',
  'systemctl --no-block start pipit.service',
];
const FOLDER = 'install -d -m 755 -o pipit -g pipit /data/system/wifi';

test('a card as it is shipped costs nothing; a setting on it is taken over once', () => {
  using machine = new Machine();
  assert.equal(machine.start(), [FOLDER]);
  machine.write('boot/firmware/pipit.txt', 'hostname = "nest"\n');
  assert.equal(machine.start(), [...TAKEN_OVER, FOLDER]);
  assert.equal(machine.start(), [FOLDER]);
});

test('a setting is seen whichever editor wrote it', () => {
  const text = `\ufeff${SHIPPED.toString().replace('#hostname', 'hostname')}`;
  for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
    using machine = new Machine();
    machine.write('boot/firmware/pipit.txt', bytes);
    assert.equal(machine.start(), [...TAKEN_OVER, FOLDER]);
  }
});

test('what failed is tried again at the next start; a restart is asked for once', () => {
  using machine = new Machine();
  machine.write('boot/firmware/user-data', 'hostname: nest\n');
  machine.exitCode = 1;
  assert.equal(machine.start(), [...TAKEN_OVER, FOLDER]);
  machine.exitCode = 10;
  assert.equal(machine.start(), [...TAKEN_OVER, 'systemctl --no-block reboot', FOLDER]);
  assert.equal(machine.start(), [FOLDER]);
});

test('a card that can not be read for once is not new the next time', () => {
  using machine = new Machine();
  machine.write('boot/firmware/pipit.txt', 'hostname = "nest"\n');
  machine.start();
  rmSync(join(machine.root, 'boot/firmware'), { recursive: true });
  assert.equal(machine.start(), [FOLDER]);
  mkdirSync(join(machine.root, 'boot/firmware'));
  assert.equal(machine.start(), [FOLDER]);
  machine.write('boot/firmware/pipit.txt', 'hostname = "nest"\n');
  assert.equal(machine.start(), [FOLDER]);
});

test('nothing is taken from a card whose data partition would forget it', () => {
  using machine = new Machine();
  machine.write('run/pipit-image/data-is-read-only', '');
  machine.write('boot/firmware/pipit.txt', 'wifi_name = "Home"\n');
  machine.write('data/system/hostname', 'nest\n');
  assert.equal(machine.start(), [FOLDER, 'hostname nest']);
});

test('what was told of a mistake goes once all lines are remarks', () => {
  using machine = new Machine();
  machine.write('boot/firmware/pipit-errors.txt', 'pipit.txt, line 1: …\n');
  assert.equal(machine.start(), [...TAKEN_OVER, FOLDER]);
  assert.equal(machine.start(), [FOLDER]);
});

test('iwd leaves WPA3 alone where only the key is known, and finds that beside what the image says of drivers', () => {
  using machine = new Machine();
  const shipped = readFileSync(join(import.meta.dirname, 'files/etc/iwd/main.conf'), 'utf8');
  machine.write('etc/iwd/main.conf', shipped);
  machine.start();
  assert.is(machine.read('etc/iwd/main.conf'), shipped);
  assert.match(shipped, /^PowerSaveDisable=brcmfmac$/m);
  machine.write('data/iwd/Home.psk', '[Security]\nPassphrase=only the key is known\n');
  machine.start();
  const text = machine.read('etc/iwd/main.conf');
  assert.is(text, shipped.replace('[DriverQuirks]\n', '[DriverQuirks]\nSaeDisable=*\n'));
  assert.is(text.match(/^\[DriverQuirks\]$/gm)?.length, 1);
});

test('what was taken over is applied, and nothing that could be more than it says', () => {
  using machine = new Machine();
  machine.write('data/system/hostname', 'nest\n');
  mkdirSync(join(machine.root, 'data/system/wifi'));
  machine.write('data/system/wifi/country', 'NZ\n');
  machine.start();
  assert.is(machine.read('etc/hostname'), 'nest\n');
  assert.is(machine.read('etc/hosts'), '127.0.1.1\tnest\n');
  assert.match(machine.read('etc/iwd/main.conf'), '[General]\nCountry=NZ\n');
  machine.write('data/system/hostname', 'a; reboot\n');
  machine.write('data/system/wifi/country', 'D/e\nx\n');
  machine.start();
  assert.is(machine.read('etc/hostname'), 'nest\n');
  assert.match(machine.read('etc/iwd/main.conf'), '[General]\nCountry=NZ\n');
});

test('a station that it has stopped is started even where it hangs', () => {
  const unit = readFileSync(join(import.meta.dirname, '../../systemd/image/pipit-first-boot.service'), 'utf8');
  assert.match(unit, /^OnFailure=pipit\.service$/m);
  assert.match(unit, /^TimeoutStartSec=/m);
});

test.run();
