import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { makeTriedBundles } from './broken-bundles.ts';
import { makeBundlesDisk } from './bundles-disk.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';
import { UPDATE_SCENARIOS } from './updates.ts';

const LIMIT_MS = 3_600_000;
const CUT_MS = 900_000;

/** What must be true of updates: one machine of their own, which goes through all of it. */
export function updateTests(lab: Lab, { full, random }: { full: boolean; random: () => number }): HardwareTest[] {
  const powerCuts = full ? 20 : 2;
  let opened: Promise<Machine> | undefined;
  const open = async () => {
    await lab.rest();
    const bundles = await makeTriedBundles(lab.recipe, lab.toolbox, lab.system);
    const secondDisk = await makeBundlesDisk(bundles, lab.toolbox);
    const machine = lab.keep(await lab.open({ memoryMb: 1024, losesWrites: random, secondDisk }));
    await machine.boot();
    return machine;
  };
  return UPDATE_SCENARIOS.filter(({ onlyInFull }) => full || onlyInFull !== true).map((scenario) => ({
    about: 'updates',
    name: scenario.name,
    needs: [],
    limitMs: LIMIT_MS + powerCuts * CUT_MS,
    async run(bench) {
      opened ??= open();
      await scenario.run({ machine: await opened, powerCuts, random, note: bench.note });
    },
  }));
}
