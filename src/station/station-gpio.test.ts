import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Settings } from '../config/settings.ts';
import { CounterSet } from '../core/counters.ts';
import { DeviceError } from '../core/errors.ts';
import type { GpioSettings } from '../core/gpio-settings.ts';
import type { StationControl } from '../core/station-control.ts';
import { StationEvents } from '../core/station-event.ts';
import type { SourceSight, StationSight } from '../core/station-sight.ts';
import type { BoardLed } from '../hardware/board-led.ts';
import { FakePins } from '../hardware/fake-pins.testing.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { type GpioMachine, ledStateOf, StationGpio } from './station-gpio.ts';

const test = suite('GPIO of the station');

const GPIO: GpioSettings = {
  boardLed: true,
  statusLed: 17,
  ledActiveLow: false,
  button: 27,
  buttonActiveLow: true,
  longPressMs: 3_000,
  veryLongPressMs: 10_000,
  input: 22,
  inputKind: 'door',
  inputName: 'nest box',
  inputActiveLow: false,
  onAir: 23,
  onAirActiveLow: false,
  debounceMs: 30,
};
const NOTHING = { statusLed: undefined, button: undefined, input: undefined, onAir: undefined };

const source = (name: string, more: object = {}) =>
  ({ name, builtIn: false, status: { state: 'live', error: undefined }, ...more }) as unknown as SourceSight;

function sightOf(more: Partial<StationSight> = {}): StationSight {
  const mount = { path: '/stream', activeSource: 'mic', title: '', artist: '', listeners: 0 };
  const muted = { camera: false, microphone: false };
  return {
    mounts: [mount],
    sources: [source('mic')],
    figures: [],
    listeners: 0,
    viewers: 0,
    muted,
    ...more,
  } as StationSight;
}

/** The board's LED as a test sees it. */
class FakeLed implements BoardLed {
  isOn = false;
  holds = 0;
  isOpen = true;

  set(isOn: boolean): void {
    this.isOn = isOn;
  }

  hold(): void {
    this.holds += 1;
  }

  [Symbol.dispose](): void {
    this.isOpen = false;
  }
}

function house(gpio: Partial<GpioSettings> = {}, machine: Partial<GpioMachine> = {}) {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const pins = new FakePins();
  const done: string[] = [];
  const control = {
    mute: (change: object) => void done.push(`mute ${JSON.stringify(change)}`),
    shutDown: async () => void done.push('shut down'),
    resetToFactory: async () => void done.push('reset'),
  } as unknown as StationControl;
  const events = new StationEvents({
    wallTime: () => new Date(),
    onFailure: (error) => assert.unreachable(`${error}`),
  });
  const state = { sight: sightOf() };
  const settings = () => ({ gpio: { ...GPIO, ...gpio } }) as Settings;
  const common = { clock, log, random: () => 0.5, counters: new CounterSet(), wallTime: () => new Date() };
  const part = new StationGpio(
    { ...common, events, control, settings, sight: () => state.sight },
    { openPins: async () => pins, openLeds: () => [], isOnboarding: () => false, ...machine },
  );
  return { clock, log, pins, done, events, state, part };
}

test('the lamp is on while somebody listens or watches', async () => {
  const { clock, pins, state, part } = house();
  await part.start();
  assert.is(pins.outputs.get(23), false);
  state.sight = sightOf({ viewers: 1 });
  clock.advance(1_000);
  assert.is(pins.outputs.get(23), true);
  state.sight = sightOf();
  clock.advance(1_000);
  assert.is(pins.outputs.get(23), false);
  await part[Symbol.asyncDispose]();
  assert.is(pins.outputs.size + pins.inputs.size, 0);
  assert.is(clock.pendingTimers, 0);
});

test('a short press mutes what listens and looks, the next one opens it again; longer ones shut down and reset', async () => {
  const { clock, pins, done, state, part } = house();
  await part.start();
  const press = async (ms: number): Promise<void> => {
    pins.move(27, true);
    clock.advance(ms);
    pins.move(27, false);
    await clock.run(0);
  };
  await press(100);
  state.sight = sightOf({ muted: { camera: true, microphone: true } });
  await press(100);
  await press(4_000);
  await press(11_000);
  assert.equal(done, [
    'mute {"camera":true,"microphone":true}',
    'mute {"camera":false,"microphone":false}',
    'shut down',
    'reset',
  ]);
});

test('a door that opens and closes is an event with its name', async () => {
  const { pins, events, part } = house();
  await part.start();
  pins.move(22, true);
  pins.move(22, false);
  assert.equal(
    events.recent.map(({ type, subject }) => [type, subject]),
    [
      ['door_opened', 'nest box'],
      ['door_closed', 'nest box'],
    ],
  );
});

test('a machine that has no header, and one where nothing is connected, say nothing and do nothing', async () => {
  const without = house({}, { openPins: async () => undefined });
  await without.part.start();
  assert.equal(
    without.log.lines.filter(({ level }) => level !== 'info'),
    [],
  );
  const unused = house(NOTHING, { openPins: () => Promise.reject(new Error('nothing is to be opened')) });
  await unused.part.start();
  unused.part.identify();
  assert.equal([without.clock.pendingTimers, unused.clock.pendingTimers], [0, 0]);
});

test('a missing right is one clear line, and the station goes on', async () => {
  const { log, part } = house(
    {},
    {
      openPins: async () => {
        throw new DeviceError('hardware.gpio-refused', "It can't be written", { remedy: 'Join the group gpio.' });
      },
    },
  );
  await part.start();
  assert.equal(
    log.lines.map(({ message }) => message),
    ["It can't be written. Join the group gpio."],
  );
  assert.is(part.problem?.code, 'hardware.gpio-refused');
});

test('the LED tells a source that fails from one that is not there, and weak power from both', () => {
  const mounts = [{ path: '/stream', activeSource: 'demo', title: '', artist: '', listeners: 0 }];
  const demo = source('demo', { builtIn: true });
  const failed = source('mic', { status: { state: 'retrying', error: { code: 'x', message: '', remedy: '' } } });
  const waiting = source('mic', { status: { state: 'waiting', error: undefined } });
  assert.is(ledStateOf(sightOf()), 'live');
  assert.is(ledStateOf(sightOf({ mounts, sources: [waiting, demo] })), 'no-source');
  assert.is(ledStateOf(sightOf({ mounts, sources: [failed, demo] })), 'error');
  assert.is(ledStateOf(sightOf({ figures: [{ name: 'under_voltage', subject: '', value: 1 }] })), 'under-voltage');
  assert.is(ledStateOf(sightOf({ mounts, sources: [failed, demo] }), true), 'onboarding');
});

test('the LED of the board shows the state where nothing is on the header, until it is given back', async () => {
  const led = new FakeLed();
  const access = { isOpen: false };
  const machine = { openLeds: () => [led], isOnboarding: () => access.isOpen };
  const { clock, pins, part } = house(NOTHING, machine);
  await part.start();
  assert.equal([led.isOn, pins.outputs.size], [true, 0]);
  access.isOpen = true;
  clock.advance(1_000);
  clock.advance(950);
  assert.is(led.isOn, false, 'long light, short dark');
  assert.ok(led.holds >= 2, 'it is taken back each time');
  part.identify();
  await part[Symbol.asyncDispose]();
  assert.is(led.isOpen, false);
  assert.is(clock.pendingTimers, 0);
});

test('an LED that may not be written is said once, and is no trouble', async () => {
  const openLeds = () => {
    throw new DeviceError('hardware.led-refused', "The LED can't be written", { remedy: 'Join the group gpio.' });
  };
  const { clock, log, part } = house(NOTHING, { openLeds });
  await part.start();
  clock.advance(60_000);
  assert.equal(
    log.lines.map(({ level, message }) => `${level} ${message}`),
    ["info The LED can't be written. Join the group gpio."],
  );
  assert.is(part.problem, undefined);
  assert.is(clock.pendingTimers, 0);
});

test('an LED that comes, or may be written, a little later shows the state from then on', async () => {
  for (const gpio of [NOTHING, {}]) {
    const led = new FakeLed();
    let tries = 0;
    const openLeds = () => {
      tries += 1;
      if (tries < 3) throw new DeviceError('hardware.led-missing', 'There is none', { remedy: 'Wait.' });
      return [led];
    };
    const { clock, log, part } = house(gpio, { openLeds });
    await part.start();
    assert.is(led.isOn, false);
    clock.advance(10_000);
    assert.is(led.isOn, true);
    assert.equal(log.lines, []);
    await part[Symbol.asyncDispose]();
    assert.is(led.isOpen, false);
    assert.is(clock.pendingTimers, 0);
  }
});

test('who does not want it keeps the activity light', async () => {
  const { clock, part } = house({ ...NOTHING, boardLed: false }, { openLeds: () => assert.unreachable() as never });
  await part.start();
  assert.is(clock.pendingTimers, 0);
});

test.run();
