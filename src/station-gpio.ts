import type { Timer } from './core/clock.ts';
import { DeviceError, type PipitError, reportOf, sentencesOf } from './core/errors.ts';
import type { StationSight } from './core/station-sight.ts';
import { GpioBoard } from './hardware/gpio-board.ts';
import { openPins } from './hardware/onoff-pins.ts';
import type { Pins } from './hardware/pins.ts';
import type { PressLength } from './hardware/press.ts';
import type { LedState } from './hardware/status-led.ts';
import type { HouseDeps, HousePart } from './house.ts';

const LOOK_MS = 1_000;

/** The 40-pin header as a part of the house. On a machine without one it does nothing. */
export class StationGpio implements HousePart {
  readonly #house: HouseDeps;
  readonly #openPins: () => Promise<Pins | undefined>;
  #board: GpioBoard | undefined;
  #timer: Timer | undefined;
  #problem: PipitError | undefined;
  #isStopped = false;

  /** @param open the pins of the machine, or of a test */
  constructor(house: HouseDeps, open: () => Promise<Pins | undefined> = openPins) {
    this.#house = house;
    this.#openPins = open;
  }

  /** Why the header is not used although the settings name pins. */
  get problem(): PipitError | undefined {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { clock, log, settings } = this.#house;
    const { gpio } = settings();
    if ([gpio.statusLed, gpio.button, gpio.input, gpio.onAir].every((pin) => pin === undefined)) return;
    try {
      const pins = await this.#openPins();
      if (pins === undefined) {
        log.info('this machine has no 40-pin header: the gpio block does nothing here');
        return;
      }
      if (this.#isStopped) return;
      const events = {
        onPress: (length: PressLength) => void this.#onPress(length),
        onInput: (isActive: boolean) => this.#onInput(isActive),
      };
      this.#board = new GpioBoard({ clock, pins, events }, gpio);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#problem = error;
      log.error(sentencesOf(error), { code: error.code });
      return;
    }
    this.#look();
  }

  /** Pins change with a restart only. */
  configure(): void {}

  identify(): void {
    this.#board?.identify();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#board?.[Symbol.dispose]();
  }

  #look(): void {
    const sight = this.#house.sight();
    this.#board?.setOnAir(sight.listeners + sight.viewers > 0);
    this.#board?.show(ledStateOf(sight));
    this.#timer = this.#house.clock.after(LOOK_MS, () => this.#look());
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

/** What the LED says of the station. */
export function ledStateOf({ mounts, sources, figures }: StationSight): LedState {
  const isWeak = figures.some(({ name, value }) => name === 'under_voltage' && value === 1);
  if (isWeak) return 'error';
  const actives = mounts.map(({ activeSource }) => sources.find(({ name }) => name === activeSource));
  if (actives.some((active) => active === undefined || active.builtIn)) {
    const own = sources.filter(({ builtIn }) => !builtIn);
    return own.some(({ status }) => status.error !== undefined) ? 'error' : 'no-source';
  }
  return 'live';
}
