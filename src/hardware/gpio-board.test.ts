import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import type { GpioSettings } from '../core/gpio-settings.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { FakePins } from './fake-pins.testing.ts';
import { GpioBoard } from './gpio-board.ts';

const test = suite('GPIO board');

const SETTINGS: GpioSettings = {
  boardLed: true,
  statusLed: 17,
  ledActiveLow: false,
  button: 27,
  buttonActiveLow: true,
  longPressMs: 3_000,
  veryLongPressMs: 10_000,
  input: 22,
  inputKind: 'motion',
  inputName: 'hall',
  inputActiveLow: false,
  onAir: 23,
  onAirActiveLow: false,
  debounceMs: 30,
};

function board(settings: Partial<GpioSettings> = {}) {
  const clock = new FakeClock();
  const pins = new FakePins();
  const heard: unknown[] = [];
  const events = {
    onPress: (length: string) => heard.push(length),
    onInput: (isActive: boolean) => heard.push(isActive),
  };
  const made = new GpioBoard({ clock, pins, events }, { ...SETTINGS, ...settings });
  return { clock, pins, heard, board: made };
}

/** Milliseconds on and off within the next ones, as somebody sees the LED. */
function seen(clock: FakeClock, pins: FakePins, ms: number): string {
  let line = '';
  for (let at = 0; at < ms; at += 50) {
    line += pins.outputs.get(17) ? '#' : '.';
    clock.advance(50);
  }
  return line;
}

test('the LED blinks quickly while the station starts, slowly without a source, and stays on when it is live', () => {
  const { clock, pins, board: made } = board();
  assert.is(seen(clock, pins, 1_000), '##........##........');
  made.show('no-source');
  assert.is(seen(clock, pins, 2_000), `${'#'.repeat(20)}${'.'.repeat(20)}`);
  made.show('live');
  assert.is(seen(clock, pins, 5_000), '#'.repeat(100));
});

test('to identify itself it blinks for a while, and then shows again what it showed', () => {
  const { clock, pins, board: made } = board();
  made.show('live');
  made.identify();
  assert.match(seen(clock, pins, 2_000), /\.#.*\.#.*\.#/);
  clock.advance(15_000);
  assert.is(seen(clock, pins, 1_000), '#'.repeat(20));
});

test('the button tells how long it was pressed, the sensor what it sees', () => {
  const { clock, pins, heard, board: made } = board();
  pins.move(27, true);
  clock.advance(200);
  pins.move(27, false);
  pins.move(27, true);
  clock.advance(4_000);
  pins.move(27, false);
  pins.move(22, true);
  assert.equal(heard, ['short', 'long', true]);
  assert.is(made.isInputActive, true);
  assert.is(pins.inputs.get(27)?.isActiveLow, true);
  assert.is(pins.inputs.get(27)?.debounceMs, 30);
});

test('the lamp follows whether somebody listens', () => {
  const { pins, board: made } = board();
  made.setOnAir(true);
  assert.is(pins.outputs.get(23), true);
  made.setOnAir(false);
  assert.is(pins.outputs.get(23), false);
});

test('all pins are given back, once, and no timer is left', () => {
  const { clock, pins, board: made } = board();
  made.identify();
  pins.move(27, true);
  made[Symbol.dispose]();
  made[Symbol.dispose]();
  assert.is(pins.outputs.size + pins.inputs.size, 0);
  assert.is(clock.pendingTimers, 0);
});

test('when one pin can’t be had, those before it are given back', () => {
  const pins = new FakePins();
  pins.input = () => {
    throw new DeviceError('hardware.gpio-taken', 'GPIO 27 is used by something else', { remedy: 'Choose another.' });
  };
  const events = { onPress() {}, onInput() {} };
  assert.throws(() => new GpioBoard({ clock: new FakeClock(), pins, events }, SETTINGS), /used by something else/);
  assert.is(pins.outputs.size, 0);
});

test('what is not connected is not touched', () => {
  const { pins, board: made } = board({ statusLed: undefined, onAir: undefined, button: undefined, input: undefined });
  made.show('live');
  made.setOnAir(true);
  made.identify();
  assert.is(pins.outputs.size + pins.inputs.size, 0);
  assert.is(made.isInputActive, undefined);
});

test.run();
