import { selfTest } from '../../hardware-tests/self-test.ts';

/** `pipit self-test`: the hardware tests, on the machine itself. */
export async function run(args: readonly string[]): Promise<number> {
  return await selfTest(args);
}
