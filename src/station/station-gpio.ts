import type { Timer } from '../core/clock.ts';
import { DeviceError, type PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { StationSight } from '../core/station-sight.ts';
import { type BoardLed, openBoardLeds } from '../hardware/board-led.ts';
import { GpioBoard } from '../hardware/gpio-board.ts';
import { OnboardingSign } from '../hardware/onboarding-sign.ts';
import { openPins } from '../hardware/onoff-pins.ts';
import type { Pins } from '../hardware/pins.ts';
import type { PressLength } from '../hardware/press.ts';
import type { LedState } from '../hardware/status-led.ts';
import type { HouseDeps, HousePart } from './house.ts';

const LOOK_MS = 1_000;
/** The system may be about to bring the LED and the right to it. */
const LED_TRIES = 6;
const LED_TRY_MS = 5_000;

/** How it reaches the machine; other than the defaults in tests. */
export interface GpioMachine {
  readonly openPins: () => Promise<Pins | undefined>;
  readonly openLeds: () => readonly BoardLed[];
  /** The access point for the first visit is open. */
  readonly isOnboarding: () => boolean;
}

const MACHINE: GpioMachine = {
  openPins,
  openLeds: () => openBoardLeds(),
  isOnboarding: () => new OnboardingSign().isShown,
};

/** The 40-pin header and the board's LED as a part of the house. On a machine that has neither it does nothing. */
export class StationGpio implements HousePart {
  readonly #house: HouseDeps;
  readonly #machine: GpioMachine;
  #board: GpioBoard | undefined;
  #timer: Timer | undefined;
  #ledTimer: Timer | undefined;
  #ledTries = 0;
  #problem: PipitError | undefined;
  #isStopped = false;

  /** @param machine what a test puts in place of the real one */
  constructor(house: HouseDeps, machine: Partial<GpioMachine> = {}) {
    this.#house = house;
    this.#machine = { ...MACHINE, ...machine };
  }

  /** Why the header is not used although the settings name pins. */
  get problem(): PipitError | undefined {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { gpio } = this.#house.settings();
    const pins = await this.#pins();
    if (this.#isStopped) return;
    const leds = gpio.boardLed ? this.#leds() : [];
    if (pins !== undefined || leds.length > 0) this.#open(pins, leds);
  }

  /** Pins change with a restart only. */
  configure(): void {}

  identify(): void {
    this.#board?.identify();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#ledTimer?.cancel();
    this.#board?.[Symbol.dispose]();
  }

  #look(): void {
    const sight = this.#house.sight();
    this.#board?.setOnAir(sight.listeners + sight.viewers > 0);
    this.#board?.show(ledStateOf(sight, this.#machine.isOnboarding()));
    this.#timer = this.#house.clock.after(LOOK_MS, () => this.#look());
  }

  /** The header's, when the settings name one of them and the machine has them. */
  async #pins(): Promise<Pins | undefined> {
    const { log, settings } = this.#house;
    const { gpio } = settings();
    if ([gpio.statusLed, gpio.button, gpio.input, gpio.onAir].every((pin) => pin === undefined)) return undefined;
    try {
      const pins = await this.#machine.openPins();
      if (pins === undefined) log.info('this machine has no 40-pin header: the gpio block does nothing here');
      return pins;
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  #open(pins: Pins | undefined, leds: readonly BoardLed[]): void {
    const { clock, settings } = this.#house;
    const events = {
      onPress: (length: PressLength) => void this.#onPress(length),
      onInput: (isActive: boolean) => this.#onInput(isActive),
    };
    try {
      this.#board = new GpioBoard({ clock, pins, leds, events }, settings().gpio);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#look();
  }

  /** None yet: they are looked for again a few times. */
  #leds(): readonly BoardLed[] {
    const { clock, log } = this.#house;
    try {
      return this.#machine.openLeds();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#ledTries += 1;
      if (this.#ledTries < LED_TRIES) this.#ledTimer = clock.after(LED_TRY_MS, () => this.#lateLeds());
      // Nobody has asked for it: it is so by default.
      else log.info(sentencesOf(error));
      return [];
    }
  }

  #lateLeds(): void {
    const leds = this.#leds();
    if (leds.length === 0) return;
    if (this.#board === undefined) this.#open(undefined, leds);
    else this.#board.add(leds);
  }

  #refuse(error: unknown): void {
    if (!(error instanceof DeviceError)) throw error;
    this.#problem = error;
    this.#house.log.error(sentencesOf(error), { code: error.code });
  }

  #onInput(isActive: boolean): void {
    const { events, settings } = this.#house;
    const { inputKind, inputName } = settings().gpio;
    const type =
      inputKind === 'door' ? (isActive ? 'door_opened' : 'door_closed') : isActive ? 'motion' : 'motion_ended';
    events.emit(type, inputName);
  }

  async #onPress(length: PressLength): Promise<void> {
    const { control, log, sight } = this.#house;
    try {
      if (length === 'short') {
        const isMuted = sight().muted.microphone;
        control.mute({ camera: !isMuted, microphone: !isMuted });
      } else if (length === 'long') {
        log.notice('the button was held: shutting down');
        await control.shutDown();
      } else {
        log.notice('the button was held for long: back to factory settings');
        await control.resetToFactory();
      }
    } catch (error) {
      log.error(sentencesOf(reportOf(error, 'hardware.button')));
      this.#board?.show('error');
    }
  }
}

/** What the LED says of the station; weak power first, since whatever else fails may come of it. */
export function ledStateOf({ mounts, sources, figures }: StationSight, isOnboarding = false): LedState {
  if (figures.some(({ name, value }) => name === 'under_voltage' && value === 1)) return 'under-voltage';
  if (isOnboarding) return 'onboarding';
  const actives = mounts.map(({ activeSource }) => sources.find(({ name }) => name === activeSource));
  if (actives.some((active) => active === undefined || active.builtIn)) {
    const own = sources.filter(({ builtIn }) => !builtIn);
    return own.some(({ status }) => status.error !== undefined) ? 'error' : 'no-source';
  }
  return 'live';
}
