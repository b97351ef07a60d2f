import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { IWD, IwdBus } from '../src/hardware/iwd-bus.ts';
import { TONE } from './configuration.ts';
import type { Bench, HardwareTest } from './hardware-test.ts';
import { installed, kernelModule, type Need, OWN_MACHINE, path, ROOT } from './need.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';
import { WifiNeighbour } from './wifi-neighbour.ts';

const SSID = 'PipitTestHome';
const PASSWORD = 'right horse';
const WATCH = '/usr/lib/pipit-image/network-watch';
const PORTAL = '10.42.0.1';
const RADIOS = '/sys/class/ieee80211';
const KNOWN = `/var/lib/iwd/${SSID}.psk`;
/** Of the unit that stands for pipit-onboard.service, with less patience and no regard for the cable. */
const UNIT = 'pipit-test-onboard';
const SIGN = '/run/pipit-onboard/access-point';
const SLOW = { limitMs: 180_000 };

/** Its own network would be given up. */
const NO_RADIO: Need = {
  async missing() {
    const names = await readdir(RADIOS).catch(() => []);
    return names.length === 0 ? undefined : 'this machine has a radio of its own, whose network it would lose';
  },
};

/** Three radios that hear each other (Documentation/networking/mac80211_hwsim): ours, the router's and the phone's. */
async function openAir(bench: Bench): Promise<{ readonly router: WifiNeighbour; readonly phone: WifiNeighbour }> {
  await must('modprobe', ['mac80211_hwsim', 'radios=3']);
  bench.stack.defer(async () => {
    await rm(KNOWN, { force: true });
    await program('modprobe', ['-r', 'mac80211_hwsim']);
  });
  const radios = await until('three radios', async () => {
    const names = (await readdir(RADIOS)).sort();
    return names.length === 3 ? names : undefined;
  });
  // It makes an interface for each as they come, and is confused by one that leaves meanwhile.
  const iwd = new IwdBus();
  await until('iwd has three radios', async () => {
    const objects = Object.values(await iwd.objects());
    return objects.filter((object) => object[`${IWD}.Device`] !== undefined).length === 3 ? true : undefined;
  });
  const [, second = '', third = ''] = radios;
  return {
    router: await WifiNeighbour.open(bench, { name: 'pipit-router', radio: second, givesAddresses: true }),
    phone: await WifiNeighbour.open(bench, { name: 'pipit-phone', radio: third, givesAddresses: false }),
  };
}

async function watch(bench: Bench): Promise<void> {
  await program('systemctl', ['stop', 'pipit-onboard']);
  bench.stack.defer(async () => {
    await program('systemctl', ['stop', UNIT]);
    await program('systemctl', ['start', 'pipit-onboard']);
  });
  const properties = [
    'User=pipit',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'RuntimeDirectory=pipit-onboard',
    'Environment=PIPIT_ONBOARD_AFTER=5 PIPIT_ONBOARD_AGAIN_AFTER=10',
  ];
  const options = properties.flatMap((property) => ['--property', property]);
  const trial = [WATCH, '--even-with-cable', '--open', '60'];
  await must('systemd-run', ['--quiet', '--collect', `--unit=${UNIT}`, ...options, ...trial]);
}

/** The phone joins the access point when it is there. @returns its name */
async function visit(phone: WifiNeighbour): Promise<string> {
  const ssid = await until('the access point is seen', () => phone.seen(/Pipit-[0-9A-F]{4}/), SLOW);
  const isThere = async () => ((await phone.address())?.startsWith('10.42.0.') ? true : undefined);
  await until(
    'the phone has joined it',
    async () => {
      if ((await isThere()) === undefined) await phone.join(ssid, 'hellopipit');
      return isThere();
    },
    SLOW,
  );
  return ssid;
}

interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
}

/** What a phone shows that looks whether there is a way into the internet. */
function portalPage(phone: WifiNeighbour): Promise<Page> {
  return phone.evaluate(`
    import { Resolver } from 'node:dns/promises';
    import { get } from 'node:http';
    const resolver = new Resolver({ timeout: 3000 });
    resolver.setServers(['${PORTAL}']);
    const [address] = await resolver.resolve4('captive.apple.com');
    const options = { host: address, path: '/hotspot-detect.html', headers: { host: 'captive.apple.com' } };
    const { headers } = await new Promise((resolve, reject) => get(options, resolve).on('error', reject));
    const response = await fetch(headers.location, { headers: { 'accept-language': 'en' } });
    const page = { status: response.status, url: response.url, html: await response.text() };
    process.stdout.write(JSON.stringify(page), () => process.exit(0));`);
}

/** Where a station sends a phone that asks it for something over the access point. */
function stationSends(phone: WifiNeighbour, port: number): Promise<string> {
  return phone.evaluate(`
    const response = await fetch('http://${PORTAL}:${port}/api/status', { redirect: 'manual' });
    const said = response.status + ' ' + response.headers.get('location');
    process.stdout.write(JSON.stringify(said), () => process.exit(0));`);
}

async function choose(phone: WifiNeighbour, url: string, password: string): Promise<void> {
  const fields = JSON.stringify({ ssid: SSID, other: '', password, country: 'DE' });
  const status = await phone.evaluate(`
    const body = new URLSearchParams(${fields});
    const response = await fetch(new URL('/join', '${url}'), { method: 'POST', body });
    await response.text();
    process.stdout.write(String(response.status), () => process.exit(0));`);
  if (status !== 200) throw new Error(`the page answered ${status}`);
}

/** Our address in the router's network. */
async function homeAddress(): Promise<string | undefined> {
  return /192\.168\.77\.\d+/.exec(await must('ip', ['-4', '-br', 'address']))?.[0];
}

export const wifiTests: readonly HardwareTest[] = [
  {
    about: 'wifi',
    name: 'without a network a phone finds an access point, chooses one on its page, and it comes back when that is lost',
    needs: [
      ROOT,
      OWN_MACHINE,
      path(WATCH),
      path('/usr/libexec/iwd'),
      installed('iw'),
      installed('dbus-daemon'),
      NO_RADIO,
      kernelModule('mac80211_hwsim'),
    ],
    limitMs: 900_000,
    async run(bench) {
      const { router, phone } = await openAir(bench);
      await router.openNetwork(SSID, PASSWORD);
      await watch(bench);
      const ssid = await visit(phone);
      const first = await portalPage(phone);
      if (!first.html.includes(`value="${SSID}"`)) throw new Error(`the page does not list ${SSID}: ${first.html}`);
      if (/role="alert"/.test(first.html)) throw new Error('the page tells of trouble at the first visit');
      const station = await bench.station(TONE, { host: '0.0.0.0' });
      const sent = await stationSends(phone, station.port);
      await station[Symbol.asyncDispose]();
      if (sent !== `302 ${first.url}`) throw new Error(`the station can be reached over the access point: ${sent}`);

      await choose(phone, first.url, 'wrong horse');
      await until('the access point goes away', async () => ((await phone.address()) ? undefined : true), SLOW);
      await visit(phone);
      const second = await portalPage(phone);
      if (!/role="alert"[^<]*<?[^<]*did not let/.test(second.html)) {
        throw new Error(`the page does not say why: ${second.html.slice(0, 2_000)}`);
      }

      await choose(phone, second.url, PASSWORD);
      bench.note(`${ssid}; address at home ${await until('an address at home', homeAddress, SLOW)}`);
      await until('nothing is left of the access point', () => (existsSync(SIGN) ? undefined : true));

      await router.closeNetwork();
      const begun = performance.now();
      await visit(phone);
      bench.note(`access point again ${((performance.now() - begun) / 1000).toFixed(0)} s after the network was lost`);
      await router.openNetwork(SSID, PASSWORD);
      await until('it is at home again without anybody', homeAddress, SLOW);
    },
  },
];
