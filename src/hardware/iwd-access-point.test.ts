import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeviceError } from '../core/errors.ts';
import { IwdAccessPoint } from './iwd-access-point.ts';
import { IwdBus } from './iwd-bus.ts';

const test = suite('access point of iwd');

const DEVICE = { Name: { data: 'wlan0' }, Address: { data: 'dc:a6:32:01:03:fa' } };
const KNOWN = {
  '/a': { 'net.connman.iwd.KnownNetwork': { Name: { data: 'Home' } } },
  '/b': { 'net.connman.iwd.KnownNetwork': { Name: { data: 'Garden' } } },
};
const NETWORKS = [
  { Name: { data: 'Café' }, SignalStrength: { data: -6000 }, Type: { data: 'psk' } },
  { Name: { data: 'Café' }, SignalStrength: { data: -5500 }, Type: { data: 'psk' } },
  { Name: { data: 'Garden' }, SignalStrength: { data: -8550 }, Type: { data: 'open' } },
  { SignalStrength: { data: -4000 } },
];

interface What {
  readonly mode?: 'station' | 'ap';
  readonly isPowered?: boolean;
  readonly hasRadio?: boolean;
}

/**
 * A busctl that keeps the radio's mode in a file. As with iwd, the interface of a mode comes a look after the mode, and a
 * scan is under way for a look.
 */
class FakeIwd implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'pipit-iwd-'));
  readonly accessPoint: IwdAccessPoint;

  constructor({ mode = 'station', isPowered = true, hasRadio = true }: What = {}) {
    for (const now of ['station', 'ap'] as const) {
      const device = { 'net.connman.iwd.Device': { ...DEVICE, Mode: { data: now }, Powered: { data: isPowered } } };
      this.#objects(`${now}.soon`, hasRadio ? { '/0': {}, '/0/4': device, ...KNOWN } : {});
      const [own, busy] = now === 'ap' ? ['AccessPoint', true] : ['Station', false];
      for (const isScanning of [busy, false]) {
        const there = { ...device, [`net.connman.iwd.${own}`]: { Scanning: { data: isScanning } } };
        this.#objects(`${now}.${isScanning ? 'scans' : 'there'}`, hasRadio ? { '/0/4': there, ...KNOWN } : {});
      }
    }
    writeFileSync(join(this.#path, 'mode'), mode);
    writeFileSync(join(this.#path, 'networks'), JSON.stringify({ type: 'aa{sv}', data: [NETWORKS] }));
    const busctl = join(this.#path, 'busctl');
    const script = `#!/bin/sh
cd '${this.#path}'
shift 2
read -r mode < mode
state=there
if [ -e state ]; then read -r state < state; rm state; fi
case "$*" in
  *GetManagedObjects) cat $mode.$state; echo >> looks; exit 0;;
  *Mode\\ s*) for mode; do :; done; echo $mode > mode; echo soon > state;;
  *Scan) echo scans > state;;
  *GetOrderedNetworks) cat networks;;
esac
echo "$*" | sed 's/net.connman.iwd[.]*//g' >> asked
`;
    writeFileSync(busctl, script);
    chmodSync(busctl, 0o755);
    this.accessPoint = new IwdAccessPoint(new IwdBus(busctl));
  }

  /** What it was told, one line each. */
  get asked(): readonly string[] {
    const path = join(this.#path, 'asked');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  /** How often it was asked how it stands. */
  get looks(): number {
    return readFileSync(join(this.#path, 'looks'), 'utf8').length;
  }

  #objects(name: string, objects: object): void {
    writeFileSync(join(this.#path, name), JSON.stringify({ type: 'a{oa{sa{sv}}}', data: [objects] }));
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

test('a radio tells its address, what it is, and how many networks are known', async () => {
  using iwd = new FakeIwd();
  const radio = { device: 'wlan0', address: 'dc:a6:32:01:03:fa', mode: 'station', knownNetworks: 2 };
  assert.equal(await iwd.accessPoint.radio(), radio);
  using other = new FakeIwd({ mode: 'ap' });
  assert.equal(await other.accessPoint.radio(), { ...radio, mode: 'ap' });
});

test('it is opened once the radio is an access point, and closed by making it a client again', async () => {
  using iwd = new FakeIwd();
  await iwd.accessPoint.open('Pipit-03FA', 'hellopipit');
  assert.is((await iwd.accessPoint.radio())?.mode, 'ap');
  await iwd.accessPoint.close();
  assert.is((await iwd.accessPoint.radio())?.mode, 'station');
  assert.equal(iwd.asked, [
    'set-property  /0/4 Device Mode s ap',
    'call  /0/4 AccessPoint Start ss Pipit-03FA hellopipit',
    'set-property  /0/4 Device Mode s station',
  ]);
});

test('a clock that is set meanwhile makes it wait neither longer nor shorter', async () => {
  using iwd = new FakeIwd();
  const { now } = Date;
  let days = 0;
  Date.now = () => now() + ++days * 86_400_000;
  try {
    await iwd.accessPoint.open('Pipit-03FA', 'hellopipit');
  } finally {
    Date.now = now;
  }
  assert.is(iwd.looks, 3, 'before, a moment too early, and when the access point is there');
});

test('a radio that is off is switched on first, and one that is a client already is left alone', async () => {
  using off = new FakeIwd({ isPowered: false });
  await off.accessPoint.open('Pipit-03FA', 'hellopipit');
  assert.is(off.asked[0], 'set-property  /0/4 Device Powered b true');
  using client = new FakeIwd();
  await client.accessPoint.close();
  assert.equal(client.asked, []);
});

test('networks are looked for while it is open; each is told once, as strong as it is', async () => {
  using iwd = new FakeIwd({ mode: 'ap' });
  assert.equal(await iwd.accessPoint.scan(), [
    { ssid: 'Café', signalPercent: 90, isSecured: true, isCurrent: false, isKnown: false },
    { ssid: 'Garden', signalPercent: 29, isSecured: false, isCurrent: false, isKnown: false },
  ]);
  assert.equal(iwd.asked, ['call  /0/4 AccessPoint Scan', 'call  /0/4 AccessPoint GetOrderedNetworks']);
});

test('where there is no radio, none is told of, and none becomes an access point', async () => {
  using iwd = new FakeIwd({ hasRadio: false });
  assert.is(await iwd.accessPoint.radio(), undefined);
  const error = await iwd.accessPoint.open('Pipit-03FA', 'hellopipit').then(
    () => undefined,
    (thrown: unknown) => thrown as DeviceError,
  );
  assert.is(error?.code, 'hardware.no-wifi');
  assert.equal(iwd.asked, []);
});

test.run();
