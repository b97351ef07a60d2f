/*
 * Loaded by the test runner into each test file's process before the file itself (`node --import`): gives it
 * counted-uvu.ts for uvu, and writes the ledger when the process ends.
 */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { LEDGER_VARIABLE, records } from './ledger.ts';

const ledgerPath = process.env[LEDGER_VARIABLE];
// Processes that the test forks inherit `--import` and the environment, but they keep no ledger.
delete process.env[LEDGER_VARIABLE];

if (ledgerPath !== undefined) {
  const counted = new URL('./counted-uvu.ts', import.meta.url).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== 'uvu' || context.parentURL === counted) return nextResolve(specifier, context);
      return { url: counted, shortCircuit: true };
    },
  });
  process.on('exit', () => writeFileSync(ledgerPath, JSON.stringify(records)));
}
