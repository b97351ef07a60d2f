import type { Gpio } from 'onoff';
import { DeviceError } from '../core/errors.ts';
import { GPIO_ROOT, headerBase } from './gpio-numbers.ts';
import type { InputOptions, InputPin, OutputPin, Pins } from './pins.ts';

type GpioClass = typeof Gpio;

/**
 * The pins of this machine, through onoff.
 *
 * @returns undefined when the machine has no 40-pin header
 * @throws DeviceError `hardware.gpio-refused` when Pipit may not use it, `hardware.gpio-missing` when onoff is not there
 */
export async function openPins(): Promise<Pins | undefined> {
  const base = await headerBase();
  if (base === undefined) return undefined;
  let gpio: GpioClass;
  try {
    gpio = (await import('onoff')).Gpio;
  } catch (cause) {
    throw new DeviceError('hardware.gpio-missing', `GPIO can't be used: ${firstLine(cause)}`, {
      remedy: 'Install Pipit again on a machine with python3, make and g++, or use its image.',
      cause,
    });
  }
  // onoff itself would try ten thousand times, and everything would wait for it.
  if (!gpio.accessible) throw refused(`${GPIO_ROOT}/export can't be written`);
  return {
    input: (bcm, options) => openInput(gpio, base + bcm, bcm, options),
    output: (bcm, options) => openOutput(gpio, base + bcm, bcm, options.isActiveLow),
  };
}

function openInput(gpio: GpioClass, number: number, bcm: number, options: InputOptions): InputPin {
  const { isActiveLow, debounceMs, onChange } = options;
  const pin = opened(
    bcm,
    () => new gpio(number, 'in', 'both', { activeLow: isActiveLow, debounceTimeout: debounceMs }),
  );
  let isActive = pin.readSync() === 1;
  pin.watch((error, value) => {
    // An edge may be told twice, and the one back before it was read is none.
    if (error != null || (value === 1) === isActive) return;
    isActive = value === 1;
    onChange(isActive);
  });
  return {
    get isActive() {
      return isActive;
    },
    [Symbol.dispose]: once(() => pin.unexport()),
  };
}

function openOutput(gpio: GpioClass, number: number, bcm: number, isActiveLow: boolean): OutputPin {
  // The level at the start is the pin's own, whatever counts as active: so nothing lights up for a moment.
  const pin = opened(bcm, () => new gpio(number, isActiveLow ? 'high' : 'low', 'none', { activeLow: isActiveLow }));
  let isOpen = true;
  return {
    set(isActive) {
      if (isOpen) pin.writeSync(isActive ? 1 : 0);
    },
    [Symbol.dispose]: once(() => {
      isOpen = false;
      pin.writeSync(0);
      pin.unexport();
    }),
  };
}

function opened(bcm: number, open: () => Gpio): Gpio {
  try {
    return open();
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw refused(`GPIO ${bcm} can't be opened: ${firstLine(cause)}`, cause);
    if (code === 'EBUSY') {
      throw new DeviceError('hardware.gpio-taken', `GPIO ${bcm} is used by something else`, {
        remedy: 'See gpioinfo for what has it, often an overlay in config.txt, or choose another pin.',
        cause,
      });
    }
    throw new DeviceError('hardware.gpio-failed', `GPIO ${bcm} can't be opened: ${firstLine(cause)}`, {
      remedy: 'Choose another pin in the gpio block of config.hcl.',
      cause,
    });
  }
}

function refused(what: string, cause?: unknown): DeviceError {
  return new DeviceError('hardware.gpio-refused', what, {
    remedy: 'Put the user that Pipit runs as into the group gpio.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function once(close: () => void): () => void {
  let isClosed = false;
  return () => {
    if (isClosed) return;
    isClosed = true;
    close();
  };
}
