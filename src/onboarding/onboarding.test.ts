import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError, PipitError } from '../core/errors.ts';
import type { WifiNetwork } from '../hardware/wifi.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import type { CaptivePortalDeps } from './captive-portal.ts';
import { accessPointName, Onboarding, type OnboardingOptions } from './onboarding.ts';

const test = suite('onboarding');

const HOME: WifiNetwork = { ssid: 'Home', signalPercent: 80, isSecured: true, isCurrent: false, isKnown: false };

/** A radio with one network in reach, that takes one password. */
class Place {
  readonly said: string[] = [];
  readonly log = new RecordingLog();
  mode: 'station' | 'ap' = 'station';
  hasCable = false;
  known = 0;
  joined = false;
  givesAddress = true;
  networks = [HOME];
  canScan = true;
  portal: Omit<CaptivePortalDeps, 'owner'> | undefined;
  country = '';
  isCardFull = false;
  canSign = true;
  canClose = true;
  readonly stop = new AbortController();

  run(options: Partial<OnboardingOptions> = {}): Promise<string> {
    const service = (name: string, end = (): void => {}) => ({
      start: async () => void this.said.push(`${name} on`),
      [Symbol.asyncDispose]: async () => {
        this.said.push(`${name} off`);
        end();
      },
    });
    return new Onboarding(
      {
        log: this.log,
        accessPoint: {
          radio: async () => ({
            device: 'wlan0',
            address: 'dc:a6:32:01:03:fa',
            mode: this.mode,
            knownNetworks: this.known,
          }),
          open: async (ssid, password) => {
            this.mode = 'ap';
            this.said.push(`open ${ssid} ${password}`);
          },
          scan: async () => this.networks,
          close: async () => {
            if (!this.canClose) throw new DeviceError('hardware.wifi-refused', 'no', { remedy: '' });
            this.mode = 'station';
            this.said.push('close');
          },
        },
        wifi: {
          scan: async () => {
            if (!this.canScan) throw new DeviceError('hardware.wifi-refused', 'no', { remedy: '' });
            return this.networks;
          },
          join: async (ssid, password) => {
            this.said.push(`join ${ssid}`);
            if (password !== 'right horse') throw new DeviceError('hardware.wifi-refused', 'no', { remedy: '' });
            this.joined = true;
          },
        },
        connection: () => ({ hasCable: this.hasCable, hasWifi: this.joined && this.givesAddress }),
        addresses: () => (this.mode === 'ap' ? ['10.42.0.1'] : []),
        country: {
          get: () => this.country,
          set: async (code) => {
            if (this.isCardFull) throw new Error('ENOSPC: no space left on device');
            this.country = code;
          },
        },
        sign: (isOpen) => {
          if (isOpen && !this.canSign) throw new DeviceError('hardware.no-sign', 'no', { remedy: '' });
          this.said.push(`sign ${isOpen ? 'on' : 'off'}`);
        },
        openDns: () => service('dns'),
        openPortal: (deps) => {
          this.portal = deps;
          return service('portal', () => {
            this.portal = undefined;
          });
        },
      },
      { password: 'hellopipit', ignoresCable: false, ...options },
    ).run(this.stop.signal);
  }

  async visitor(): Promise<Omit<CaptivePortalDeps, 'owner'>> {
    await until('it is so far', () => this.said.at(-1) === 'portal on');
    return this.portal as CaptivePortalDeps;
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof PipitError ? error.code : 'none';
}

test('its name ends as the radio’s address does', () => {
  assert.is(accessPointName('dc:a6:32:01:03:fa'), 'Pipit-03FA');
});

test('the access point is open until somebody has chosen a network, and it is joined', async () => {
  const place = new Place();
  const end = place.run();
  const page = await place.visitor();
  assert.equal(page.networks(), [HOME]);
  assert.is(page.problem(), undefined);
  page.onChoice({ ssid: 'Home', password: 'right horse', country: 'DE' });
  assert.is(await end, 'network');
  assert.is(place.country, 'DE');
  assert.equal(place.said, [
    'sign off',
    'sign on',
    'open Pipit-03FA hellopipit',
    'dns on',
    'portal on',
    'portal off',
    'dns off',
    'close',
    'sign off',
    'join Home',
  ]);
});

test('without its sign no access point opens; one that could not be closed keeps it', async () => {
  const place = new Place();
  place.canSign = false;
  assert.is(await codeOf(place.run()), 'hardware.no-sign');
  assert.equal(place.said, ['sign off']);
  const stuck = new Place();
  const end = stuck.run();
  await stuck.visitor();
  stuck.canClose = false;
  stuck.stop.abort();
  assert.is(await codeOf(end), 'hardware.wifi-refused');
  assert.equal(stuck.said.slice(-2), ['portal off', 'dns off']);
});

test('a network is joined where the card can not keep the country', async () => {
  const place = new Place();
  place.isCardFull = true;
  const end = place.run();
  (await place.visitor()).onChoice({ ssid: 'Home', password: 'right horse', country: 'DE' });
  assert.is(await end, 'network');
  assert.match(JSON.stringify(place.log.lines), 'ENOSPC');
});

test('a wrong password is told on the page, which comes back', async () => {
  const place = new Place();
  const end = place.run();
  (await place.visitor()).onChoice({ ssid: 'Home', password: 'wrong horse', country: '' });
  await until('it is so far', () => place.said.includes('join Home'));
  const page = await place.visitor();
  assert.equal(page.problem(), { what: 'refused', ssid: 'Home' });
  assert.not.match(JSON.stringify(place.log.lines), 'wrong horse');
  page.onChoice({ ssid: 'Elsewhere', password: 'wrong horse', country: '' });
  await until('it is so far', () => place.said.includes('join Elsewhere'));
  assert.equal((await place.visitor()).problem(), { what: 'gone', ssid: 'Elsewhere' });
  place.stop.abort();
  assert.is(await end, 'aborted');
  assert.is(place.mode, 'station');
});

test('the page says why also where the radio could not look for the network', async () => {
  const place = new Place();
  const end = place.run();
  const page = await place.visitor();
  place.canScan = false;
  page.onChoice({ ssid: 'Home', password: 'right horse', country: '' });
  await until('the access point has closed', () => place.said.includes('close'));
  assert.equal((await place.visitor()).problem(), { what: 'gone', ssid: 'Home' });
  place.stop.abort();
  assert.is(await end, 'aborted');
});

test('a cable ends it, unless it is to be tried out', async () => {
  const place = new Place();
  const end = place.run();
  await place.visitor();
  place.hasCable = true;
  assert.is(await end, 'network');
  const trial = new Place();
  trial.hasCable = true;
  assert.is(await trial.run(), 'network');
  const tried = trial.run({ ignoresCable: true });
  await trial.visitor();
  trial.stop.abort();
  assert.is(await tried, 'aborted');
});

test('somebody at the page is not interrupted at once, but can not keep a network that is known away for ever', async () => {
  const place = new Place();
  const end = place.run({ openMs: 1_000 });
  place.known = 1;
  const page = await place.visitor();
  const visits = setInterval(() => page.onVisit(), 50);
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    assert.is(place.mode, 'ap');
    await until('it looks for the network', () => place.mode === 'station');
  } finally {
    clearInterval(visits);
    place.stop.abort();
  }
  assert.is(await end, 'aborted');
});

test('a network that is known is waited for before the access point opens', async () => {
  const place = new Place();
  place.known = 1;
  const end = place.run();
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(place.said, ['sign off']);
  place.joined = true;
  assert.is(await end, 'network');
  assert.equal(place.said, ['sign off']);
});

test('an access point that a crash left open is closed first, and then its sign goes', async () => {
  const place = new Place();
  place.mode = 'ap';
  place.joined = true;
  assert.is(await place.run(), 'network');
  assert.equal(place.said, ['close', 'sign off']);
});

test.run();
