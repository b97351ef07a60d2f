import { boxTests } from './box-tests.ts';
import { cameraTests } from './camera-tests.ts';
import { clockTests } from './clock-tests.ts';
import { diskTests } from './disk-tests.ts';
import { gpioTests } from './gpio-tests.ts';
import type { HardwareTest } from './hardware-test.ts';
import { linkTests } from './link-tests.ts';
import { soundTests } from './sound-tests.ts';
import { usbTests } from './usb-tests.ts';
import { wifiTests } from './wifi-tests.ts';

/** All tests, in the order in which they run: those that the station of the machine may play through come first. */
export const allTests: readonly HardwareTest[] = [
  ...boxTests,
  ...linkTests,
  ...diskTests,
  ...soundTests,
  ...usbTests,
  ...cameraTests,
  ...gpioTests,
  ...clockTests,
  ...wifiTests,
];
