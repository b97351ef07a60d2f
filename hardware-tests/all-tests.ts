import type { HardwareTest } from './hardware-test.ts';
import { soundTests } from './sound-tests.ts';

/** All tests, in the order in which they run. */
export const allTests: readonly HardwareTest[] = [...soundTests];
