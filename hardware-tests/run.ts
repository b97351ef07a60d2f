import { selfTest } from './self-test.ts';

/*
 * npm run hardware-tests -- [--host pipit.local] [--junit FILE] [--report FILE] [FILTER…]
 */
process.exitCode = await selfTest(process.argv.slice(2));
