import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { until } from '../testkit/until.ts';
import { HostSampler } from './host-load.ts';

const test = suite('host-load');

const INTERVAL_MS = 2000;
const FIRMWARE = 'sys/devices/platform/soc/soc:firmware/get_throttled';
const ZONE = 'sys/class/thermal/thermal_zone';

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
      await writeFile(join(folder, path), text);
    }
  }
  await write(files);
  const clock = new FakeClock();
  const roots = { proc: join(folder, 'proc'), sys: join(folder, 'sys') };
  const sampler = new HostSampler({ clock }, { intervalMs: INTERVAL_MS, roots });
  opened.unshift(sampler);
  /** The next sample. */
  async function sample(): Promise<HostLoad> {
    const before = sampler.load;
    sampler.start(new AbortController().signal);
    clock.advance(INTERVAL_MS);
    await until('a sample', () => sampler.load !== before && clock.pendingTimers === 1);
    return sampler.load;
  }
  return { sampler, clock, sample, write, remove: (path: string) => rm(join(folder, path)) };
}

/** The first line, cores below it, as the kernel writes them. */
function statOf(busy: number, idle: number): string {
  const [user, system] = [busy / 2, busy / 4];
  const line = `${user} 0 ${system} ${idle / 2} ${idle / 2} 0 ${system} 0 ${user} 0`;
  return `cpu  ${line}\ncpu0 ${line}\nintr 23016442 0 0\nctxt 78434826\n`;
}

test('a machine that tells nothing is not an error', async () => {
  const { sample } = await machine({});
  assert.equal(await sample(), UNKNOWN_LOAD);
  assert.equal(await sample(), UNKNOWN_LOAD);
});

test('the processor’s load is that of the time between two samples', async () => {
  const { sample, write, remove } = await machine({ 'proc/stat': statOf(1000, 1000) });
  assert.is((await sample()).cpuPercent, undefined, 'since the machine started means nothing');
  await write({ 'proc/stat': statOf(1080, 1020) });
  assert.is((await sample()).cpuPercent, 80);
  await write({ 'proc/stat': statOf(1080, 1220) });
  assert.is((await sample()).cpuPercent, 0);
  await write({ 'proc/stat': statOf(1280, 1216) });
  assert.is((await sample()).cpuPercent, 100, 'time spent waiting may be corrected backwards');
  assert.is((await sample()).cpuPercent, undefined, 'no time has passed');
  await remove('proc/stat');
  assert.is((await sample()).cpuPercent, undefined);
});

test('memory that the kernel would give to who asks counts as free', async () => {
  const { sample, write } = await machine({
    'proc/meminfo':
      'MemTotal:         512000 kB\nMemFree:           10240 kB\nMemAvailable:     128000 kB\nBuffers:            2536 kB\n',
  });
  const { memoryPercent, memoryAvailableMb } = await sample();
  assert.equal([memoryPercent, memoryAvailableMb], [75, 125]);
  await write({ 'proc/meminfo': 'MemTotal:         512000 kB\nMemFree:           10240 kB\n' });
  assert.is((await sample()).memoryPercent, undefined);
});

test('the Pi’s sensor is found, also when its driver comes late, and again when it goes', async () => {
  const { sample, write, remove } = await machine({});
  assert.is((await sample()).temperatureC, undefined);
  await write({ [`${ZONE}0/type`]: 'cpu-thermal\n', [`${ZONE}0/temp`]: '48312\n' });
  assert.is((await sample()).temperatureC, 48.312);
  await remove(`${ZONE}0/temp`);
  assert.is((await sample()).temperatureC, undefined);
  await write({ [`${ZONE}1/type`]: 'cpu-thermal\n', [`${ZONE}1/temp`]: '50000\n' });
  await sample();
  assert.is((await sample()).temperatureC, 50);
});

test('of several sensors the processor’s hottest sensible one counts', async () => {
  const { sample, write } = await machine({
    [`${ZONE}0/type`]: 'acpitz',
    [`${ZONE}0/temp`]: '90000',
    [`${ZONE}1/type`]: 'x86_pkg_temp',
    [`${ZONE}1/temp`]: '61000',
    [`${ZONE}2/type`]: 'cpu1-thermal',
    [`${ZONE}2/temp`]: '64000',
    [`${ZONE}3/type`]: 'cpu2-thermal',
    [`${ZONE}3/temp`]: '-274000',
    'sys/class/thermal/cooling_device0/type': 'cpu-fan',
    'sys/class/thermal/cooling_device0/temp': '99000',
  });
  assert.is((await sample()).temperatureC, 64);
  await write({ [`${ZONE}2/temp`]: 'garbage' });
  assert.is((await sample()).temperatureC, 61);
});

test('a machine without a sensor of the processor shows its hottest other, but not the radio', async () => {
  const { sample } = await machine({
    [`${ZONE}0/type`]: 'acpitz',
    [`${ZONE}0/temp`]: '40000',
    [`${ZONE}1/type`]: 'iwlwifi_1',
    [`${ZONE}1/temp`]: '70000',
  });
  assert.is((await sample()).temperatureC, 40);
});

test('throttling is what the firmware says of now, not of the past', async () => {
  const { sample, write } = await machine({ [FIRMWARE]: '0\n' });
  assert.is((await sample()).isThrottled, false);
  for (const [word, isThrottled] of [
    ['50005', true],
    ['50000', false],
    ['8', true],
    ['e0000', false],
    ['', undefined],
  ] as const) {
    await write({ [FIRMWARE]: `${word}\n` });
    assert.is((await sample()).isThrottled, isThrottled, word);
  }
});

test('the Pi 5 has the firmware’s word at another address', async () => {
  const { sample } = await machine({
    'sys/devices/platform/serial8250/uevent': '',
    'sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': '4\n',
  });
  assert.is((await sample()).isThrottled, true);
});

test('without the firmware’s word its voltage sensor tells of a weak power supply', async () => {
  const alarm = 'sys/class/hwmon/hwmon1/in0_lcrit_alarm';
  const { sample, write } = await machine({
    'sys/class/hwmon/hwmon0/name': 'cpu_thermal\n',
    'sys/class/hwmon/hwmon0/in0_lcrit_alarm': '1\n',
    'sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
    [alarm]: '0\n',
  });
  assert.is((await sample()).isThrottled, false);
  await write({ [alarm]: '1\n' });
  assert.is((await sample()).isThrottled, true);
});

test('this very machine answers', async () => {
  const sampler = new HostSampler({ clock: systemClock }, { intervalMs: 50 });
  opened.push(sampler);
  sampler.start(new AbortController().signal);
  await until('two samples', () => sampler.load.cpuPercent !== undefined);
  const { cpuPercent = -1, memoryPercent = -1, memoryAvailableMb = 0 } = sampler.load;
  assert.ok(cpuPercent >= 0 && cpuPercent <= 100, `${cpuPercent} %`);
  assert.ok(memoryPercent > 0 && memoryPercent < 100 && memoryAvailableMb > 10);
});

test('it stops with its signal or by itself, before it has begun and twice', async () => {
  const { sampler, clock, sample } = await machine({});
  const stopped = new AbortController();
  sampler.start(stopped.signal);
  await sample();
  stopped.abort();
  assert.is(clock.pendingTimers, 0);
  const unused = new HostSampler({ clock }, { intervalMs: INTERVAL_MS });
  for (const one of [sampler, sampler, unused]) await one[Symbol.asyncDispose]();
  assert.is(clock.pendingTimers, 0);
});

test.run();
