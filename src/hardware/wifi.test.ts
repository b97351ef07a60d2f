import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { findWifi, type WifiPrograms } from './find-wifi.ts';
import { fieldsOf } from './network-manager.ts';
import { isSsid, isWifiKey, isWifiPassword, strongestOfEach } from './wifi.ts';

const test = suite('Wi-Fi');

/** A directory with programs of these names, shell scripts that note in `asked` what they are asked. */
async function withPrograms(
  scripts: Readonly<Record<string, string>>,
  check: (directory: string, asked: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wifi-'));
  const log = join(directory, 'asked');
  try {
    for (const [name, script] of Object.entries(scripts)) {
      const path = join(directory, name);
      await writeFile(path, `#!/bin/sh\necho "${name} $*" >> ${log}\n${script}\n`);
      await chmod(path, 0o755);
    }
    await check(directory, () => readFile(log, 'utf8'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

const wifiIn = (directory: string) => {
  const [nmcli, busctl, iwctl, sync] = ['nmcli', 'busctl', 'iwctl', 'sync'].map((name) => join(directory, name));
  return findWifi({ nmcli, busctl, iwctl, sync } as WifiPrograms, join(directory, 'net'));
};

const NMCLI = `case "$*" in
  *RUNNING*) echo running;;
  *DEVICE*) printf 'wlan0:wifi:connected:Home\\neth0:ethernet:connected:Wired\\n';;
  *IN-USE*) printf '*:Home\\\\: sweet:40:WPA2\\n :Home\\\\: sweet:70:WPA2\\n :Caf\\303\\251:55:\\n ::90:WPA2\\n';;
  *TYPE,NAME*) printf '802-11-wireless:Home\\\\: sweet\\n802-3-ethernet:Wired\\n';;
  *wrong*) read -r password; echo "Error: Secrets were required, but not provided: $password" >&2; exit 4;;
  *connect*) read -r password; echo "password $password" >> "$0.heard";;
esac`;

test('NetworkManager tells which network is used, whether a cable is, and what is in reach', () =>
  withPrograms({ nmcli: NMCLI }, async (directory) => {
    const wifi = await wifiIn(directory);
    const expected = { backend: 'NetworkManager', device: 'wlan0', ssid: 'Home: sweet', hasEthernet: true };
    assert.equal(await wifi?.status(), expected);
    assert.equal(await wifi?.scan(), [
      { ssid: 'Home: sweet', signalPercent: 70, isSecured: true, isCurrent: true, isKnown: true },
      { ssid: 'Café', signalPercent: 55, isSecured: false, isCurrent: false, isKnown: false },
    ]);
  }));

test('a password reaches it by its standard input, never by its arguments', () =>
  withPrograms({ nmcli: NMCLI }, async (directory, asked) => {
    await (await wifiIn(directory))?.join('Café', 'nightingale');
    assert.match(await readFile(join(directory, 'nmcli.heard'), 'utf8'), 'password nightingale');
    assert.not.match(await asked(), 'nightingale');
  }));

test('a network that can’t be joined is a sentence without the password, and the one before is joined again', () =>
  withPrograms({ nmcli: NMCLI }, async (directory, asked) => {
    const error = await (await wifiIn(directory))?.join('wrong', 'nightingale').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.instance(error, DeviceError);
    const { code, message, remedy } = error as DeviceError;
    assert.equal([code, remedy], ['hardware.wifi-refused', 'Check the password.']);
    assert.match(message, /“wrong” can’t be joined: .*Secrets were required/);
    assert.not.match(message, 'nightingale');
    assert.match(await asked(), 'connection up id Home: sweet');
  }));

const network = (name: string, more: object) => ({
  'net.connman.iwd.Network': { Name: { data: name }, Type: { data: 'psk' }, Connected: { data: false }, ...more },
});
const OBJECTS = {
  '/0/4': {
    'net.connman.iwd.Device': { Name: { data: 'wlan0' } },
    'net.connman.iwd.Station': { Scanning: { data: false }, ConnectedNetwork: { data: '/0/4/a' } },
  },
  '/0/4/a': network('Home', { Connected: { data: true }, KnownNetwork: { data: '/a' } }),
  '/0/4/b': network('Garden', { Type: { data: 'open' } }),
};
const BUSCTL = `case "$*" in
  *GetManagedObjects*) echo '${JSON.stringify({ type: 'a', data: [OBJECTS] })}';;
  *GetOrderedNetworks*) echo '{"type":"a(on)","data":[[["/0/4/a",-6000],["/0/4/b",-8550]]]}';;
esac`;
const IWCTL = `case "$*" in *Garden*) printf '\\033[31mOperation failed\\033[0m\\n'; exit 1;; esac`;

test('iwd tells the same over D-Bus', () =>
  withPrograms({ busctl: BUSCTL, iwctl: IWCTL }, async (directory, asked) => {
    await mkdir(join(directory, 'net', 'eth0', 'device'), { recursive: true });
    await writeFile(join(directory, 'net', 'eth0', 'type'), '1\n');
    await writeFile(join(directory, 'net', 'eth0', 'carrier'), '1\n');
    const wifi = await wifiIn(directory);
    assert.equal(await wifi?.status(), { backend: 'iwd', device: 'wlan0', ssid: 'Home', hasEthernet: true });
    assert.equal(await wifi?.scan(), [
      { ssid: 'Home', signalPercent: 80, isSecured: true, isCurrent: true, isKnown: true },
      { ssid: 'Garden', signalPercent: 29, isSecured: false, isCurrent: false, isKnown: false },
    ]);
    await wifi?.join('Home', 'nightingale');
    const error = await wifi?.join('Garden', 'nightingale').then(
      () => undefined,
      (thrown: unknown) => thrown as DeviceError,
    );
    assert.match(error?.message ?? '', /“Garden” can’t be joined: Operation failed$/);
    assert.match(await asked(), '--dont-ask -- station wlan0 connect Home');
    await wifi?.join('-Fox', 'nightingale');
    assert.match(await asked(), '--dont-ask -- station wlan0 connect-hidden -Fox');
  }));

test('a network that iwd has joined is on the disk before anybody is told; one that it has not needs none', () =>
  withPrograms({ busctl: BUSCTL, iwctl: IWCTL, sync: '' }, async (directory, asked) => {
    const wifi = await wifiIn(directory);
    await wifi?.join('Home', 'nightingale');
    const programs = async () => (await asked()).split('\n').map((line) => line.split(' ')[0]);
    assert.equal((await programs()).slice(-3), ['iwctl', 'sync', '']);
    await wifi?.join('Garden', 'nightingale').catch(() => {});
    assert.is((await programs()).filter((name) => name === 'sync').length, 1);
  }));

test('a machine where nothing looks after Wi-Fi has none', async () => {
  assert.is(await wifiIn('/nowhere'), undefined);
  await withPrograms({ nmcli: 'echo "not running"; exit 8' }, async (directory) =>
    assert.is(await wifiIn(directory), undefined),
  );
});

test('fields of nmcli come out as they went in, whatever stands in them', () => {
  const escaped = (field: string): string => field.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
      assert.equal(fieldsOf(fields.map(escaped).join(':')), fields);
    }),
  );
});

test('names and passwords are what the standard allows', () => {
  assert.equal(['Home', 'ä'.repeat(16), '', 'ä'.repeat(17), 'a\nb'].map(isSsid), [true, true, false, false, false]);
  const passwords = ['eight888', 'g'.repeat(63), 'f'.repeat(64), 'short', 'nächtlich', 'with\nline'];
  assert.equal(passwords.map(isWifiPassword), [true, true, false, false, false, false]);
  assert.equal(['f'.repeat(64), 'F0'.repeat(32), 'g'.repeat(64), 'f'.repeat(63)].map(isWifiKey), [
    true,
    true,
    false,
    false,
  ]);
});

test('what no network can be called or take is refused before anything is asked', () =>
  withPrograms({ nmcli: NMCLI }, async (directory, asked) => {
    const wifi = await wifiIn(directory);
    const before = await asked();
    for (const [ssid, password] of [
      ['', 'nightingale'],
      ['Home', 'short'],
    ] as const) {
      const error = await wifi?.join(ssid, password).then(
        () => undefined,
        (thrown: unknown) => thrown as DeviceError,
      );
      assert.is(error?.code, 'hardware.wifi-refused');
    }
    assert.is(await asked(), before);
  }));

test('of several access points the strongest stands for the network', () => {
  const of = (ssid: string, signalPercent: number, isCurrent: boolean) => ({
    ssid,
    signalPercent,
    isCurrent,
    isSecured: true,
    isKnown: true,
  });
  assert.equal(strongestOfEach([of('a', 20, true), of('b', 50, false), of('a', 60, false)]), [
    of('a', 60, true),
    of('b', 50, false),
  ]);
});

test.run();
