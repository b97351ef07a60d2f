import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  return { sampler, clock, folder, sample, write, remove: (path: string) => rm(join(folder, path)) };
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

test('who waits for memory is told where the kernel counts it', async () => {
  const { sample, write, remove } = await machine({
    'proc/pressure/memory':
      'some avg10=12.34 avg60=3.30 avg300=1.00 total=2934\nfull avg10=7.00 avg60=0.00 avg300=0.00 total=99\n',
  });
  assert.is((await sample()).memoryPressurePercent, 12.34);
  await write({ 'proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n' });
  assert.is((await sample()).memoryPressurePercent, 0);
  await remove('proc/pressure/memory');
  assert.is((await sample()).memoryPressurePercent, undefined);
});

test('memory that keeps moving to and from the swap device is told, what is put aside once is not', async () => {
  const swapped = (taken: number, given: number) => ({
    'proc/vmstat': `nr_free_pages 700\npswpin ${taken}\npswpout ${given}\npgalloc_dma 0\n`,
  });
  const { sample, write, remove } = await machine(swapped(1000, 5000));
  assert.is((await sample()).isSwapping, undefined, 'since the machine started means nothing');
  const moves: readonly (readonly [number, number, boolean])[] = [
    [1000, 5000, false],
    [1000, 9000, false],
    [1020, 9100, false],
    [1200, 9300, false],
    [1600, 9400, true],
    [2000, 9400, true],
    [2100, 9400, false],
  ];
  for (const [taken, given, isSwapping] of moves) {
    await write(swapped(taken, given));
    assert.is((await sample()).isSwapping, isSwapping, `${taken} ${given}`);
  }
  await remove('proc/vmstat');
  assert.is((await sample()).isSwapping, undefined);
});

/** A process as the kernel shows it. */
function processOf(pid: number | 'self', ticks: number, children: string, name = 'node') {
  const [id, folder] = pid === 'self' ? [10, 'proc/self'] : [pid, `proc/${pid}`];
  const before = '0 1 1 0 -1 4194304 100 200 300 400';
  return {
    [`${folder}/stat`]: `${id} (${name}) S ${before} ${ticks - 5} 5 77 88 20 0 11 0 9999 1000 2000\n`,
    [`proc/${id}/task/${id}/children`]: children,
  };
}

test('what Pipit takes itself is told, with its workers and their programs, and nobody else', async () => {
  const { sample, write, remove } = await machine({
    'proc/stat': statOf(1000, 1000),
    ...processOf('self', 100, '20 21 '),
    ...processOf(20, 200, '30 '),
    ...processOf(21, 300, ''),
    ...processOf(30, 400, '', 'a (strange) name) 7'),
    ...processOf(99, 0, ''),
  });
  assert.is((await sample()).ownCpuPercent, undefined);
  await write({
    'proc/stat': statOf(1100, 1100),
    ...processOf('self', 110, '20 21 22 '),
    ...processOf(20, 204, '30 '),
    ...processOf(22, 10, ''),
    ...processOf(30, 406, '', 'a (strange) name) 7'),
    ...processOf(99, 90, ''),
  });
  assert.is((await sample()).ownCpuPercent, 15);
  await remove('proc/21/stat');
  await write({ 'proc/stat': statOf(1200, 1200), ...processOf('self', 114, '20 21 22 ') });
  assert.is((await sample()).ownCpuPercent, 2, 'one has ended');
  await remove('proc/10/task/10/children');
  await write({ 'proc/stat': statOf(1300, 1300) });
  assert.is((await sample()).ownCpuPercent, undefined, 'the kernel does not tell who our children are');
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

test('weak power is told apart from heat', async () => {
  const { sample, write } = await machine({});
  for (const [word, told] of [
    ['0', [false, false]],
    ['1', [true, true]],
    ['50000', [false, false]],
    ['8', [true, false]],
    ['50005', [true, true]],
  ] as const) {
    await write({ [FIRMWARE]: `${word}\n` });
    const { isThrottled, isUnderVoltage } = await sample();
    assert.equal([isThrottled, isUnderVoltage], told, word);
  }
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

test('the firmware is asked where the kernel does not show its word, every ten seconds', async () => {
  const asked = `#!/bin/sh\necho "$@" >>"$0.log"\necho throttled=0x50004\n`;
  const { sample, clock, write, folder } = await machine({ 'bin/vcgencmd': asked });
  assert.is((await sample()).isThrottled, undefined, 'a program without a firmware to talk to is not started');
  await write({ 'dev/vcio': '' });
  for (let k = 0; k < 12; k += 1) await sample();
  assert.is((await readFile(join(folder, 'bin/vcgencmd.log'), 'utf8')).trim(), 'get_throttled\nget_throttled');
  assert.is((await sample()).isThrottled, true);
  await write({ 'bin/vcgencmd': '#!/bin/sh\necho throttled=0x50000\n' });
  clock.advance(10_000);
  await sample();
  assert.is((await sample()).isThrottled, false);
  await write({ 'bin/vcgencmd': '#!/bin/sh\nexit 1\n' });
  clock.advance(10_000);
  await sample();
  assert.is((await sample()).isThrottled, undefined);
});

test('this very machine answers', async () => {
  const sampler = new HostSampler({ clock: systemClock }, { intervalMs: 50 });
  opened.push(sampler);
  sampler.start(new AbortController().signal);
  await until('two samples', () => sampler.load.cpuPercent !== undefined);
  const { cpuPercent = -1, memoryPercent = -1, memoryAvailableMb = 0, ownCpuPercent = 0 } = sampler.load;
  assert.ok(cpuPercent >= 0 && cpuPercent <= 100, `${cpuPercent} %`);
  assert.ok(memoryPercent > 0 && memoryPercent < 100 && memoryAvailableMb > 10);
  assert.ok(ownCpuPercent >= 0 && ownCpuPercent <= 100, `${ownCpuPercent} %`);
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
