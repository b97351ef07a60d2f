import type { Clock, Timer } from '../core/clock.ts';
import type { GpioSettings } from '../core/gpio-settings.ts';
import type { BoardLed } from './board-led.ts';
import type { InputPin, OutputPin, Pins } from './pins.ts';
import { Press, type PressLength } from './press.ts';
import { type LedState, StatusLed } from './status-led.ts';

/** What the header tells and is told. */
export interface GpioBoardEvents {
  onPress(length: PressLength): void;
  /** The motion sensor or the door contact has changed. */
  onInput(isActive: boolean): void;
}

export interface GpioBoardDeps {
  readonly clock: Clock;
  /** Of the header; undefined: there is none, or nothing is connected. */
  readonly pins: Pins | undefined;
  /** LEDs besides the one that the settings name; closed with the board. */
  readonly leds?: readonly BoardLed[];
  readonly events: GpioBoardEvents;
}

const IDENTIFY_MS = 15_000;

/** What hangs on the header, as the settings name it: LED, button, sensor and lamp; and the LEDs that the board has. */
export class GpioBoard implements Disposable {
  readonly #clock: Clock;
  readonly #open: Disposable[] = [];
  readonly #statusLeds: StatusLed[] = [];
  readonly #leds: BoardLed[] = [];
  readonly #lamp: OutputPin | undefined;
  readonly #input: InputPin | undefined;
  #state: LedState = 'starting';
  #held: PressLength | undefined;
  #identify: Timer | undefined;

  /** @throws DeviceError when a pin can't be had; then none is kept */
  constructor({ clock, pins, leds = [], events }: GpioBoardDeps, settings: GpioSettings) {
    this.#clock = clock;
    this.add(leds);
    try {
      if (pins !== undefined) {
        const { statusLed, ledActiveLow, onAir, onAirActiveLow } = settings;
        if (statusLed !== undefined) this.#addLed(pins.output(statusLed, { isActiveLow: ledActiveLow }));
        if (onAir !== undefined) this.#lamp = this.#keep(pins.output(onAir, { isActiveLow: onAirActiveLow }));
        this.#openButton(pins, events, settings);
        this.#input = this.#openInput(pins, events, settings);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.#light();
  }

  /** Of the sensor or contact; undefined where there is none. */
  get isInputActive(): boolean | undefined {
    return this.#input?.isActive;
  }

  /** LEDs that have come later; closed with the board. */
  add(leds: readonly BoardLed[]): void {
    this.#leds.push(...leds);
    for (const led of leds) this.#addLed(led);
    this.#light();
  }

  /** What the LEDs show while nothing more urgent is to be shown. Said every second or so, also when it is the same. */
  show(state: LedState): void {
    this.#state = state;
    for (const led of this.#leds) led.hold();
    this.#light();
  }

  /** The lamp that says somebody listens or watches. */
  setOnAir(isOnAir: boolean): void {
    this.#lamp?.set(isOnAir);
  }

  /** Blinks for a while, so that somebody who looks at several boxes sees which one it is. */
  identify(): void {
    this.#identify?.cancel();
    this.#identify = this.#clock.after(IDENTIFY_MS, () => {
      this.#identify = undefined;
      this.#light();
    });
    this.#light();
  }

  /** Gives all pins back; LED and lamp go out. Any number of times. */
  [Symbol.dispose](): void {
    this.#identify?.cancel();
    for (const pin of this.#open.splice(0).reverse()) pin[Symbol.dispose]();
  }

  #openButton(pins: Pins, events: GpioBoardEvents, settings: GpioSettings): void {
    const { button, buttonActiveLow, debounceMs, longPressMs, veryLongPressMs } = settings;
    if (button === undefined) return;
    const press = new Press(
      {
        clock: this.#clock,
        onPress: (length) => events.onPress(length),
        onHeld: (length) => {
          this.#held = length;
          this.#light();
        },
      },
      { longMs: longPressMs, veryLongMs: veryLongPressMs },
    );
    this.#keep(press);
    const onChange = (isDown: boolean): void => press.change(isDown);
    this.#keep(pins.input(button, { isActiveLow: buttonActiveLow, debounceMs, onChange }));
  }

  #openInput(pins: Pins, events: GpioBoardEvents, settings: GpioSettings): InputPin | undefined {
    const { input, inputActiveLow, debounceMs } = settings;
    if (input === undefined) return undefined;
    const onChange = (isActive: boolean): void => events.onInput(isActive);
    return this.#keep(pins.input(input, { isActiveLow: inputActiveLow, debounceMs, onChange }));
  }

  /** Who holds the button sees what letting go would do. */
  #light(): void {
    const held = this.#held === 'long' ? 'starting' : this.#held === 'very-long' ? 'identify' : undefined;
    const state = held ?? (this.#identify === undefined ? this.#state : 'identify');
    for (const led of this.#statusLeds) led.show(state);
  }

  #addLed(pin: OutputPin): void {
    this.#statusLeds.push(this.#keep(new StatusLed({ clock: this.#clock, pin })));
  }

  #keep<T extends Disposable>(part: T): T {
    this.#open.push(part);
    return part;
  }
}
