import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import type { HostNetwork } from '../core/host-network.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { HostNetworkSampler } from './host-network.ts';

const test = suite('host-network');

const INTERVAL_MS = 10_000;
const NONE: HostNetwork = { type: 'none', interface: '', ratedMbps: undefined, signalDbm: undefined };

const opened: AsyncDisposable[] = [];
test.after.each(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

/** A machine with these files and nothing else. */
async function machine(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'host-'));
  opened.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) });
  async function write(some: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(some)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
    }
  }
  await write(files);
  const clock = new FakeClock();
  const roots = {
    proc: join(folder, 'proc'),
    sys: join(folder, 'sys'),
    dev: join(folder, 'dev'),
    path: `${join(folder, 'bin')}:/usr/bin:/bin`,
  };
  const sampler = new HostNetworkSampler({ clock }, { intervalMs: INTERVAL_MS, roots });
  opened.unshift(sampler);
  async function sample(): Promise<HostNetwork> {
    const before = sampler.network;
    sampler.start(new AbortController().signal);
    clock.advance(INTERVAL_MS);
    await until('a sample', () => sampler.network !== before && clock.pendingTimers === 1);
    return sampler.network;
  }
  return { sampler, clock, folder, sample, write };
}

function ipv4(...routes: readonly (readonly [name: string, to: string, flags: string, metric: number])[]) {
  const lines = routes.map(
    ([name, to, flags, metric]) =>
      `${name}\t${to}\t0101A8C0\t${flags}\t0\t0\t${metric}\t${to === '00000000' ? to : '00FFFFFF'}\t0\t0\t0`,
  );
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  return { 'proc/net/route': `${[head, ...lines].map((line) => line.padEnd(127)).join('\n')}\n` };
}

function ipv6(...routes: readonly (readonly [name: string, prefix: string, flags: string, metric: string])[]) {
  const zero = '0'.repeat(32);
  const lines = routes.map(
    ([name, prefix, flags, metric]) =>
      `${zero} ${prefix} ${zero} 00 fe80${'0'.repeat(28)} ${metric} 00000003 00000000 ${flags} ${name.padStart(8)}`,
  );
  return { 'proc/net/ipv6_route': `${lines.join('\n')}\n` };
}

const CABLE = { 'sys/class/net/eth0/type': '1\n', 'sys/class/net/eth0/uevent': 'INTERFACE=eth0\nIFINDEX=2\n' };
const AIR = {
  'sys/class/net/wlan0/type': '1\n',
  'sys/class/net/wlan0/uevent': 'DEVTYPE=wlan\nINTERFACE=wlan0\n',
  'sys/class/net/wlan0/wireless/link': '',
  'proc/net/wireless':
    'Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n' +
    ' face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n' +
    ' wlan0: 0000   58.  -52.  -256        0      0      0      0      0        0\n',
};

test('a machine without a way out is connected by nothing', async () => {
  const { sampler, sample, write } = await machine({});
  assert.equal(sampler.network, NONE);
  assert.equal(await sample(), NONE);
  await write({ ...ipv4(['eth0', '0000A8C0', '0001', 0]), ...CABLE });
  assert.equal(await sample(), NONE, 'its own network leads nowhere else');
  await write(ipv4(['eth0', '00000000', '0203', 0]));
  assert.equal(await sample(), NONE, 'a way that is closed');
});

test('a cable has a rate, when its driver knows it', async () => {
  const { sample, write } = await machine({ ...ipv4(['eth0', '00000000', '0003', 202]), ...CABLE });
  assert.equal(await sample(), { ...NONE, type: 'ethernet', interface: 'eth0' });
  for (const [speed, ratedMbps] of [
    ['1000', 1000],
    ['-1', undefined],
    ['garbage', undefined],
  ] as const) {
    await write({ 'sys/class/net/eth0/speed': `${speed}\n` });
    assert.is((await sample()).ratedMbps, ratedMbps);
  }
});

test('of several ways out the one that is taken counts, and another when it is gone', async () => {
  const both = ipv4(
    ['wlan0', '00000000', '0003', 600],
    ['eth0', '00000000', '0003', 100],
    ['eth0', '0000A8C0', '1', 0],
  );
  const { sample, write } = await machine({ ...both, ...CABLE, ...AIR });
  assert.is((await sample()).interface, 'eth0');
  await write(ipv4(['wlan0', '00000000', '0003', 600]));
  assert.equal(await sample(), { type: 'wifi', interface: 'wlan0', ratedMbps: undefined, signalDbm: -52 });
});

test('a network that knows IPv6 alone is one', async () => {
  const closed = ['lo', '00', '00200200', 'ffffffff'] as const;
  const { sample, write } = await machine({ ...CABLE, ...ipv6(closed, ['eth0', '40', '00000001', '00000100']) });
  assert.equal(await sample(), NONE);
  await write(ipv6(['wlan0', '00', '00000003', '00000800'], ['eth0', '00', '00000003', '00000400'], closed));
  assert.is((await sample()).interface, 'eth0');
});

test('the rate of Wi-Fi is asked for every half a minute, and when the interface is another', async () => {
  const iw = `#!/bin/sh
echo "$@" >>"$0.log"
cat <<END
Connected to 00:11:22:33:44:55 (on $2)
	SSID: home
	freq: 5180.0
	RX: 2941 bytes (27 packets)
	signal: -61 dBm
	rx bitrate: 6.0 MBit/s
	tx bitrate: 86.7 MBit/s VHT-MCS 8 VHT-NSS 1
END
`;
  const { sample, write, folder } = await machine({ ...AIR, ...ipv4(['wlan0', '00000000', '3', 1]), 'bin/iw': iw });
  assert.equal(await sample(), { type: 'wifi', interface: 'wlan0', ratedMbps: 86.7, signalDbm: -52 });
  for (let k = 0; k < 4; k += 1) await sample();
  assert.is((await readFile(join(folder, 'bin/iw.log'), 'utf8')).trim(), 'dev wlan0 link\ndev wlan0 link');
  await write({ ...ipv4(['wlan1', '00000000', '3', 1]), 'sys/class/net/wlan1/phy80211': '' });
  assert.equal(await sample(), { type: 'wifi', interface: 'wlan1', ratedMbps: 86.7, signalDbm: -61 });
});

test('a level that is none is not shown', async () => {
  const { sample, write } = await machine({ ...AIR, ...ipv4(['wlan0', '00000000', '3', 1]) });
  for (const [level, signalDbm] of [
    ['-70.', -70],
    ['190.', -66],
    ['45.', undefined],
    ['0', undefined],
    ['-256', undefined],
    ['x', undefined],
  ] as const) {
    await write({ 'proc/net/wireless': ` wlan0: 0000   58.  ${level}  -256        0\n` });
    assert.is((await sample()).signalDbm, signalDbm, level);
  }
});

test('a modem, a tunnel and what speaks no Ethernet are something else', async () => {
  const { sample, write } = await machine(ipv4(['x0', '00000000', '3', 1]));
  for (const [type, uevent] of [
    ['1', 'DEVTYPE=wwan\nINTERFACE=x0\n'],
    ['65534', 'INTERFACE=x0\n'],
    ['512', 'DEVTYPE=ppp\n'],
  ] as const) {
    await write({ 'sys/class/net/x0/type': `${type}\n`, 'sys/class/net/x0/uevent': uevent });
    assert.equal(await sample(), { ...NONE, type: 'other', interface: 'x0' });
  }
});

test('a program that hangs holds up nothing for long, and is not started again meanwhile', async () => {
  const { sample, clock, folder } = await machine({
    ...AIR,
    ...ipv4(['wlan0', '00000000', '3', 1]),
    'bin/iw': '#!/bin/sh\necho started >>"$0.log"\nexec sleep 60\n',
  });
  assert.is((await sample()).signalDbm, -52);
  clock.advance(60_000);
  await sample();
  assert.match(await readFile(join(folder, 'bin/iw.log'), 'utf8'), /^(started\n){1,2}$/);
});

test('this very machine answers', async () => {
  const sampler = new HostNetworkSampler({ clock: systemClock }, { intervalMs: 20 });
  opened.push(sampler);
  const before = sampler.network;
  sampler.start(new AbortController().signal);
  await until('a sample', () => sampler.network !== before);
  const { type, interface: name } = sampler.network;
  assert.is(type === 'none', name === '');
});

test('it stops with its signal or by itself, before it has begun and twice', async () => {
  const { sampler, clock, sample } = await machine({});
  await sample();
  const unused = new HostNetworkSampler({ clock }, { intervalMs: INTERVAL_MS });
  for (const one of [sampler, sampler, unused]) await one[Symbol.asyncDispose]();
  assert.is(clock.pendingTimers, 0);
});

test.run();
