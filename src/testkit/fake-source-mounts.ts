import type { TrackMetadata } from '../core/access-unit.ts';
import type { PipitError } from '../core/errors.ts';
import type { SourceClient, SourceInput, SourceMounts } from '../ingest/source-mounts.ts';

/** An input that keeps what it is given. */
export class FakeSourceInput implements SourceInput {
  readonly client: SourceClient;
  /** `open` until it was ended or aborted; aborts carry the reason. */
  outcome = 'open';
  /** While it is true, `write` says that it has enough. */
  isFull = false;
  /** Calls of `write`. */
  writes = 0;
  onDrain: () => void = () => {};
  onClose: (why: PipitError) => void = () => {};
  readonly #parts: Uint8Array[] = [];
  readonly #over = Promise.withResolvers<string>();

  constructor(client: SourceClient) {
    this.client = client;
  }

  write(bytes: Uint8Array): boolean {
    if (this.outcome !== 'open') throw new Error('written after the end');
    this.writes += 1;
    this.#parts.push(bytes);
    return !this.isFull;
  }

  end(): void {
    this.#finish('ended');
  }

  abort(reason: string): void {
    this.#finish(`aborted: ${reason}`);
  }

  /** Takes more again. */
  drain(): void {
    this.isFull = false;
    this.onDrain();
  }

  /** Everything so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** Its outcome, once it has one. */
  get over(): Promise<string> {
    return this.#over.promise;
  }

  #finish(outcome: string): void {
    if (this.outcome !== 'open') throw new Error(`${outcome} after ${this.outcome}`);
    this.outcome = outcome;
    this.#over.resolve(outcome);
  }
}

/** Mounts for a source port under test. */
export class FakeSourceMounts implements SourceMounts {
  readonly paths: readonly string[];
  /** All there ever were, in the order they came. */
  readonly inputs: FakeSourceInput[] = [];
  readonly metadata: [path: string, metadata: TrackMetadata][] = [];
  /** Applied to each input when it is made. */
  prepare: (input: FakeSourceInput) => void = () => {};
  readonly #taken = new Map<string, FakeSourceInput>();

  constructor(paths: readonly string[] = ['/stream']) {
    this.paths = paths;
  }

  openInput(path: string, client: SourceClient): FakeSourceInput | 'unknown' | 'taken' {
    if (!this.paths.includes(path)) return 'unknown';
    if (this.#taken.get(path)?.outcome === 'open') return 'taken';
    const input = new FakeSourceInput(client);
    this.prepare(input);
    this.inputs.push(input);
    this.#taken.set(path, input);
    return input;
  }

  setMetadata(path: string, metadata: TrackMetadata): boolean {
    if (!this.paths.includes(path)) return false;
    this.metadata.push([path, metadata]);
    return true;
  }
}
