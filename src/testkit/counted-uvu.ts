/*
 * Stands in for uvu in a test file: the same functions, and a record of every suite that is made. uvu itself
 * exits with 0 when a suite was never run, and when a `before` hook threw and no test ran at all.
 */
import * as uvu from 'uvu';
import { records, type SuiteRecord } from './ledger.ts';

type Handler<T> = (context: T & Record<string, unknown>) => unknown;

// uvu's own type is a callback that returns void or a promise of it; the wrapper passes on whatever comes.
// biome-ignore lint/suspicious/noExplicitAny: the shape of a suite's context is the test file's business
type Context = any;

/** As uvu's. */
export function suite<T = Record<string, unknown>>(name = '', context?: T): uvu.Test<T> {
  const real = uvu.suite<Context>(name, context as Context);
  const record: SuiteRecord = { name, defined: 0, passed: 0, skipped: 0, wasRun: false };
  records.push(record);
  let only = 0;

  function counted(handler: Handler<Context>): uvu.Callback<Context> {
    return async (own) => {
      await handler(own);
      record.passed += 1;
    };
  }

  const test = Object.assign(
    (testName: string, handler: Handler<Context>): void => {
      record.defined += 1;
      real(testName, counted(handler));
    },
    {
      before: real.before,
      after: real.after,
      only(testName: string, handler: Handler<Context>): void {
        only += 1;
        real.only(testName, counted(handler));
      },
      skip(): void {
        record.skipped += 1;
        real.skip();
      },
      run(): void {
        record.wasRun = true;
        if (only > 0) {
          record.skipped += record.defined;
          record.defined = only;
        }
        real.run();
      },
    },
  );
  return test as unknown as uvu.Test<T>;
}

/** As uvu's: the suite without a name. */
export const test = suite();
export const exec = uvu.exec;
