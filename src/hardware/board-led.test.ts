import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeviceError } from '../core/errors.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { openBoardLeds } from './board-led.ts';
import { StatusLed } from './status-led.ts';

const test = suite('LED of the board');
const isRoot = process.getuid?.() === 0;

/** The kernel's files of LEDs; it keeps what is written instead of acting on it. */
class Machine implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'pipit-leds-'));
  readonly roots = { leds: join(this.path, 'leds'), model: join(this.path, 'model') };

  constructor(model = 'Raspberry Pi Zero 2 W Rev 1.0\0') {
    writeFileSync(this.roots.model, model);
  }

  add(name: string, files: Record<string, string> = {}): void {
    mkdirSync(join(this.roots.leds, name), { recursive: true });
    const all = { brightness: '0', max_brightness: '255', trigger: 'none timer [mmc0] heartbeat', ...files };
    for (const [file, text] of Object.entries(all)) this.write(name, file, text);
  }

  read(name: string, file: string): string {
    return readFileSync(join(this.roots.leds, name, file), 'utf8');
  }

  write(name: string, file: string, text: string): void {
    writeFileSync(join(this.roots.leds, name, file), `${text}\n`);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a file holds whose text is not replaced but written over, as the kernel's are not. */
const first = (text: string): string => text.split('\n')[0] ?? '';

test('the LED is taken from the card’s activity and given back to it', () => {
  using machine = new Machine();
  machine.add('ACT');
  machine.add('mmc0::');
  const [led, ...others] = openBoardLeds(machine.roots);
  assert.equal(others, []);
  assert.match(machine.read('ACT', 'trigger'), /^none/);
  led?.set(true);
  assert.match(machine.read('ACT', 'brightness'), /^255/);
  led?.set(false);
  assert.match(machine.read('ACT', 'brightness'), /^0/);
  led?.[Symbol.dispose]();
  assert.match(machine.read('ACT', 'trigger'), /^mmc0/);
  led?.set(true);
  led?.[Symbol.dispose]();
  assert.match(machine.read('ACT', 'brightness'), /^0/);
});

test('one that blinked by the kernel’s timer blinks again afterwards, as fast as before', () => {
  using machine = new Machine();
  machine.add('led0', { trigger: 'none [timer] mmc0', delay_on: '100', delay_off: '400' });
  const [led] = openBoardLeds(machine.roots);
  machine.write('led0', 'delay_on', '500');
  led?.[Symbol.dispose]();
  assert.match(machine.read('led0', 'trigger'), /^timer/);
  assert.is(first(machine.read('led0', 'delay_on')), '100');
  assert.is(first(machine.read('led0', 'delay_off')), '400');
});

test('who gives it another trigger meanwhile loses it with the next look', () => {
  using machine = new Machine();
  machine.add('ACT');
  const [led] = openBoardLeds(machine.roots);
  led?.set(true);
  machine.write('ACT', 'brightness', '0');
  machine.write('ACT', 'trigger', 'none [heartbeat] mmc0');
  led?.hold();
  assert.match(machine.read('ACT', 'trigger'), /^none/);
  assert.match(machine.read('ACT', 'brightness'), /^255/);
});

test('only a Pi’s own LED is taken, and anywhere the one that an overlay has put on the header', () => {
  using pc = new Machine('Some other board\0');
  pc.add('led0');
  assert.is(openBoardLeds(pc.roots).length, 0);
  pc.add('pipit:status', { trigger: 'none [timer]' });
  assert.is(openBoardLeds(pc.roots).length, 1);
  using empty = new Machine();
  assert.throws(
    () => openBoardLeds(empty.roots),
    (error: DeviceError) => error.code === 'hardware.led-missing',
  );
});

test(`a missing right is told, and nothing is changed${isRoot ? ' (not tried: root may everything)' : ''}`, () => {
  if (isRoot) return;
  using machine = new Machine();
  machine.add('ACT');
  chmodSync(join(machine.roots.leds, 'ACT', 'brightness'), 0o444);
  try {
    openBoardLeds(machine.roots);
    assert.unreachable();
  } catch (error) {
    assert.is((error as DeviceError).code, 'hardware.led-refused');
  }
  assert.match(machine.read('ACT', 'trigger'), /\[mmc0\]/);
});

test('an LED that is taken away while it blinks stops nothing', () => {
  using machine = new Machine();
  machine.add('ACT');
  const [led] = openBoardLeds(machine.roots);
  const clock = new FakeClock();
  assert.ok(led);
  const status = new StatusLed({ clock, pin: led });
  status.show('onboarding');
  rmSync(join(machine.roots.leds, 'ACT'), { recursive: true });
  clock.advance(5_000);
  led.hold();
  status[Symbol.dispose]();
  assert.is(clock.pendingTimers, 0);
});

test.run();
