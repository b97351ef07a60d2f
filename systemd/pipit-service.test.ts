import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('pipit.service');
const file = (name: string) => new URL(name, import.meta.url).pathname;
const text = (name: string) => readFileSync(file(name), 'utf8');
const unit = text('pipit.service');
const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];
const MOST_EXPOSED = 2.5;

test('sound does not wait for the network', () => {
  assert.not.match(unit, /^(?:After|Wants|Requires|BindsTo)=.*network/m);
});

test('it is tried again for as long as the box runs', () => {
  assert.is(value('Restart'), 'always');
  assert.is(value('StartLimitIntervalSec'), '0');
});

test('systemd hears of it from the program alone, over the socket that the program looks for', () => {
  assert.is(value('Type'), 'notify');
  assert.is(value('NotifyAccess'), 'main');
  assert.is(value('OpenFile'), '/run/systemd/notify:notify');
  assert.match(
    readFileSync(new URL('../src/station/service-notice.ts', import.meta.url), 'utf8'),
    /const NAME = 'notify'/,
  );
});

test('a device may be plugged in after the start: the drivers that its class is known by are loaded before', () => {
  // systemd.resource-control(5), DeviceAllow=: a class is looked up in /proc/devices. The others are part of each kernel.
  const drivers = { alsa: 'snd', video4linux: 'videodev', media: 'mc', dma_heap: undefined, gpiochip: undefined };
  const loaded = text('pipit.modules').split('\n');
  const classes = [...unit.matchAll(/^DeviceAllow=char-(\S+)/gm)].map(([, name = '']) => name);
  assert.equal(classes.toSorted(), Object.keys(drivers).toSorted());
  for (const driver of Object.values(drivers)) assert.ok(driver === undefined || loaded.includes(driver), driver);
  assert.match(value('After') ?? '', /systemd-modules-load\.service/);
});

test('V8 may compile: nothing forbids memory that is written and run', () => {
  assert.not.match(unit, /^MemoryDenyWriteExecute=/m);
});

test('each path that it writes is one that the package or systemd makes', () => {
  assert.is(value('StateDirectory'), 'pipit');
  assert.is(value('CacheDirectory'), 'pipit');
  assert.match(text('pipit.tmpfiles'), /^d \/etc\/pipit\s+0750 pipit pipit/m);
});

test('the user of the service is the one that is made, and the one that polkit knows', () => {
  assert.is(value('User'), 'pipit');
  assert.match(text('pipit.sysusers'), /^u pipit /m);
  assert.match(text('60-pipit.polkit'), /subject\.user !== "pipit"/);
});

test('polkit says yes to what the page has buttons for, to that user alone', () => {
  let rule: (action: { id: string }, subject: { user: string }) => string = () => '';
  const polkit = {
    Result: { YES: 'yes', NOT_HANDLED: 'not handled' },
    addRule: (its: typeof rule) => {
      rule = its;
    },
  };
  new Function('polkit', text('60-pipit.polkit'))(polkit);
  const asked = (id: string, user: string) => rule({ id }, { user });
  assert.is(asked('org.freedesktop.login1.reboot', 'pipit'), 'yes');
  assert.is(asked('org.freedesktop.login1.power-off', 'pipit'), 'yes');
  assert.is(asked('org.freedesktop.login1.reboot', 'nobody'), 'not handled');
  for (const other of [
    'org.freedesktop.systemd1.manage-units',
    'org.freedesktop.login1.halt',
    'org.freedesktop.policykit.exec',
  ]) {
    assert.is(asked(other, 'pipit'), 'not handled', other);
  }
});

const analyze = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file('pipit.service')], {
  encoding: 'utf8',
});
const canAnalyze = analyze.status === 0;
if (!canAnalyze) process.stdout.write('skipped: pipit.service is not judged without systemd-analyze\n');

(canAnalyze ? test : test.skip)('systemd finds it exposed no more than is meant', () => {
  const [, level = '10'] = /exposure level for pipit\.service: ([0-9.]+)/.exec(analyze.stdout) ?? [];
  assert.ok(Number(level) <= MOST_EXPOSED, level);
});

test.run();
