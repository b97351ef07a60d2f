import { NetworkError } from '../core/errors.ts';
import type { Rung } from '../core/rung.ts';
import type { ClientSettings, EncoderEffort } from '../core/source-settings.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { SourceClient, SourceInput } from './source-mounts.ts';

/** What runs the sound of one source client: a media worker. */
export interface ClientWorker {
  readonly status: SourceStatus;
  start(): void;
  stop(): Promise<void>;
  want(rungs: readonly Rung[]): void;
  setEffort(effort: EncoderEffort): void;
  writeInput(bytes: Uint8Array): boolean;
  endInput(): void;
}

/** What the worker tells besides its sound, which goes elsewhere. */
export interface ClientWorkerEvents {
  onStatus(): void;
  onInputWelcome(isWelcome: boolean): void;
}

/** A source without a client. */
const ABSENT: SourceStatus = Object.freeze({
  state: 'waiting',
  detail: 'no source client is connected',
  error: undefined,
  sinceUs: 0,
  restarts: 0,
});

/**
 * A source that is there while a source client is connected. It takes one client at a time, and starts a worker for
 * each: what a client sends decides how it is decoded, and nothing of one client is left for the next. When a client
 * goes, its worker plays what it has and ends; a new client does not wait for that.
 */
export class ClientSource {
  readonly #makeWorker: (settings: ClientSettings, events: ClientWorkerEvents) => ClientWorker;
  readonly #onStatus: () => void;
  #worker: ClientWorker | undefined;
  /** Of the client that is connected. */
  #input: SourceInput | undefined;
  #client: SourceClient | undefined;
  #wanted: readonly Rung[] = [];
  /** Undefined until it is other than configured. */
  #effort: EncoderEffort | undefined;

  /** @param onStatus called whenever `status` has changed */
  constructor(
    makeWorker: (settings: ClientSettings, events: ClientWorkerEvents) => ClientWorker,
    onStatus: () => void,
  ) {
    this.#makeWorker = makeWorker;
    this.#onStatus = onStatus;
  }

  get status(): SourceStatus {
    return this.#worker?.status ?? ABSENT;
  }

  /** The client that is connected. */
  get client(): SourceClient | undefined {
    return this.#input && this.#client;
  }

  /** Nothing happens before a client comes. */
  start(): void {}

  /** Another source is on the air. A client that is connected stays, and takes over again when it may. */
  async stop(): Promise<void> {
    this.want([]);
  }

  want(rungs: readonly Rung[]): void {
    this.#wanted = rungs;
    this.#worker?.want(rungs);
  }

  /** Of the worker of this client, and of those that come. */
  setEffort(effort: EncoderEffort): void {
    this.#effort = effort;
    this.#worker?.setEffort(effort);
  }

  /** Takes a client in, unless there is one. */
  open(client: SourceClient): SourceInput | 'taken' {
    if (this.#input !== undefined) return 'taken';
    const before = this.#worker;
    const worker = this.#makeWorker(
      { type: 'client', contentType: client.contentType },
      {
        onStatus: () => this.#onWorkerStatus(worker),
        onInputWelcome: (isWelcome) => {
          if (isWelcome && this.#worker === worker) this.#input?.onDrain();
        },
      },
    );
    const leave = (): void => {
      if (this.#worker !== worker) return;
      this.#input = undefined;
      worker.endInput();
    };
    const input: SourceInput = {
      write: (bytes) => this.#worker === worker && worker.writeInput(bytes),
      onDrain() {},
      onClose() {},
      end: leave,
      abort: leave,
    };
    this.#worker = worker;
    this.#input = input;
    this.#client = client;
    void before?.stop();
    if (this.#effort !== undefined) worker.setEffort(this.#effort);
    worker.want(this.#wanted);
    worker.start();
    this.#onStatus();
    return input;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop(new NetworkError('ingest.stopped', 'Pipit stops', { remedy: 'Connect again in a moment.' }));
  }

  #onWorkerStatus(worker: ClientWorker): void {
    if (this.#worker !== worker) return;
    const { state, detail, error } = worker.status;
    // A stream that can't be decoded will not get better by being read again: the client must hear of it.
    if (state === 'retrying' || state === 'stalled') {
      const why = new NetworkError('ingest.unusable', `This stream cannot be used: ${error?.message ?? detail}`, {
        remedy: 'Send MP3, AAC, Ogg (Opus, Vorbis, FLAC) or FLAC.',
      });
      void this.#drop(why);
    } else if (state === 'ended') {
      void this.#drop(new NetworkError('ingest.ended', 'The stream has ended', { remedy: 'Connect again.' }));
    }
    this.#onStatus();
  }

  async #drop(why: NetworkError): Promise<void> {
    const worker = this.#worker;
    const input = this.#input;
    this.#worker = undefined;
    this.#input = undefined;
    input?.onClose(why);
    await worker?.stop();
  }
}
