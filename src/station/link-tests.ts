import type { ServerResponse } from 'node:http';
import { sentencesOf } from '../core/errors.ts';
import { ASSUMED_MBPS } from '../core/link-knowledge.ts';
import type { SpeedTest } from '../outputs/speed-test.ts';
import type { LinkBook } from '../quality/link-book.ts';
import type { LinkTestResult, LinkTests, QuickSyncClient } from '../web/quick-sync-deps.ts';

/** Tests of the way to a client, and what they have found: the test measures, the book remembers. */
export class RememberedLinkTests implements LinkTests {
  readonly #book: LinkBook;
  readonly #test: SpeedTest;
  readonly #onTested: () => void;

  /** @param deps.onTested called after each test that brought something */
  constructor(deps: { readonly book: LinkBook; readonly test: SpeedTest; readonly onTested: () => void }) {
    this.#book = deps.book;
    this.#test = deps.test;
    this.#onTested = deps.onTested;
  }

  recent({ address }: QuickSyncClient): LinkTestResult | undefined {
    const test = this.#book.freshTest(address);
    return test === undefined ? undefined : { mbps: test.mbps, problem: undefined };
  }

  refusalOf({ address }: QuickSyncClient): 'client' | 'busy' | undefined {
    return this.#test.refusalOf(address);
  }

  async measure({ address }: QuickSyncClient, response: ServerResponse): Promise<LinkTestResult> {
    const outcome = await this.#test.measure(address, response);
    if (outcome.state === 'measured') {
      this.#book.noteTest(address, outcome);
      this.#onTested();
      return { mbps: outcome.mbps, problem: undefined };
    }
    const problem =
      outcome.state === 'failed' ? sentencesOf(outcome.error) : 'Another test was just begun. Try again in a moment.';
    this.#book.noteProblem(address, problem);
    return { mbps: ASSUMED_MBPS, problem };
  }
}
