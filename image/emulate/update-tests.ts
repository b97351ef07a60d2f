import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { makeTriedBundles, type TriedBundles } from './broken-bundles.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';
import { UPDATE_SCENARIOS } from './updates.ts';

const LIMIT_MS = 3_600_000;
const CUT_MS = 900_000;

/** What must be true of updates: one machine of their own, which goes through all of it. */
export function updateTests(
  lab: Lab,
  { powerCuts, random }: { powerCuts: number; random: () => number },
): HardwareTest[] {
  let parts: Promise<{ readonly machine: Machine; readonly bundles: TriedBundles }> | undefined;
  const open = async () => {
    const bundles = await makeTriedBundles(lab.recipe, lab.toolbox, lab.system);
    const machine = lab.keep(await lab.open({ memoryMb: 1024, losesWrites: random }));
    await machine.boot();
    return { machine, bundles };
  };
  return UPDATE_SCENARIOS.map((scenario) => ({
    about: 'updates',
    name: scenario.name,
    needs: [],
    limitMs: LIMIT_MS + powerCuts * CUT_MS,
    async run(bench) {
      parts ??= open();
      await scenario.run({ ...(await parts), powerCuts, random, note: bench.note });
    },
  }));
}
