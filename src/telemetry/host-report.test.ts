import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostReport } from './host-report.ts';

const test = suite('host-report');

test('what the kernel tells stands in sections, and what it does not tell is left out', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-report-'));
  const files = {
    'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
    'proc/meminfo': 'MemTotal:  3884372 kB',
    'proc/self/mounts': `/dev/mmcblk0p2 ${dir} ext4 rw,noatime 0 0\n//nas/music /music cifs rw,username=me,password=hunter2 0 0`,
    'proc/asound/cards': ' 1 [Device ]: USB-Audio - USB PnP Sound Device',
    'sys/class/video4linux/video0/name': 'UVC Camera',
    'sys/class/net/wlan0/operstate': 'up',
    'sys/class/net/wlan0/address': 'aa:bb:cc:dd:ee:ff',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const report = await hostReport({ proc: `${dir}/proc`, sys: `${dir}/sys`, dev: `${dir}/dev` }, '/nowhere');
  rmSync(dir, { recursive: true });
  assert.match(report, /== board ==\nRaspberry Pi 4 Model B Rev 1.4\n/);
  assert.match(report, /== processor ==\n\d+ × /);
  assert.match(report, /\/dev\/mmcblk0p2 on .* ext4: \d+ of \d+ MB free/);
  assert.match(report, /USB PnP Sound Device/);
  assert.match(report, /video0: UVC Camera/);
  assert.match(report, /wlan0: operstate=up\n/);
  assert.not.match(report, /hunter2|aa:bb|\0|== system|== kernel/);
});

test('this machine is told of', async () => {
  assert.match(await hostReport(), /== kernel ==\nLinux version [\s\S]*== memory ==\nMemTotal/);
});

test.run();
