import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('watch for a network');

const SCRIPT = readFileSync(join(import.meta.dirname, 'files/usr/lib/pipit-image/network-watch'), 'utf8');
/** So often it looks before the machine is switched off. */
const LOOKS = 12;

interface Sight {
  readonly carrier?: string;
  /** Lines of /proc/net/route. */
  readonly routes?: string;
  /** The access point may be open. */
  readonly isSigned?: boolean;
  readonly hasRadio?: boolean;
  readonly options?: readonly string[];
}

/** What it has called while this was to be seen all the time. */
function called({ carrier = '0', routes = '', isSigned = false, hasRadio = true, options = [] }: Sight): string[] {
  const root = mkdtempSync(join(tmpdir(), 'pipit-watch-'));
  const write = (file: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text, { mode });
  };
  try {
    for (const file of hasRadio ? ['phy80211', 'device'] : []) write(`sys/class/net/wlan0/${file}`, '');
    write('sys/class/net/eth0/device', '');
    write('sys/class/net/eth0/carrier', `${carrier}\n`);
    write('proc/net/route', `Iface\tDestination\tGateway\n${routes}`);
    write('proc/net/if_inet6', '');
    if (isSigned) write('run/pipit-onboard/access-point', '');
    write('called', '');
    write('usr/bin/pipit', `#!/bin/sh\necho "$*" >> ${root}/called\n`, 0o755);
    const switchedOff = `[ $(wc -l < ${root}/slept) -lt ${LOOKS} ] || kill $PPID`;
    write('bin/sleep', `#!/bin/sh\necho >> ${root}/slept\n${switchedOff}\n`, 0o755);
    const text = SCRIPT.replaceAll(/(?<=[\s"=<])\/(?=(?:sys|proc|run|usr\/bin)\/)/g, `${root}/`);
    spawnSync('/bin/sh', ['-c', text, 'network-watch', ...options], {
      env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}` },
      timeout: 20_000,
    });
    return readFileSync(join(root, 'called'), 'utf8').split('\n').slice(0, -1);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('where there is no network, the access point opens after half a minute, and again as long after it ended', () => {
  assert.equal(called({}), ['onboard', 'onboard']);
});

test('a cable and a network are one; its own network is none', () => {
  assert.equal(called({ carrier: '1' }), []);
  assert.equal(called({ carrier: '1', options: ['--even-with-cable'] }).length, 2);
  assert.equal(called({ routes: 'wlan0\t0001A8C0\t00000000\n' }), []);
  assert.is(called({ routes: 'wlan0\t00002A0A\t00000000\n' }).length, 2);
});

test('what a crash left open is closed though there is a network', () => {
  assert.equal(called({ carrier: '1', isSigned: true }), ['onboard', 'onboard']);
});

test('without a radio nothing opens; one that went away with its access point leaves no sign of that', () => {
  assert.equal(called({ hasRadio: false }), []);
  assert.equal(called({ hasRadio: false, isSigned: true }), ['onboard', 'onboard']);
});

test.run();
