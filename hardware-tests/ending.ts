const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LEFT_MS = 1_000;

/**
 * Aborts when the program is told to end: then what a test has begun is put back first. Until it is disposed of, being told
 * again changes nothing: a terminal that is lost tells twice, and so does npm. After that nobody waits for what a test in the
 * middle still waited for.
 */
export class Ending implements Disposable {
  readonly #ended = new AbortController();
  readonly signal = this.#ended.signal;

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#end);
    // Whoever read has gone, as when a connection of SSH is lost.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', this.#end);
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#end);
    if (this.signal.aborted) setTimeout(() => process.exit(), LEFT_MS).unref();
  }

  readonly #end = (): void => this.#ended.abort(new Error('the run was ended'));
}
