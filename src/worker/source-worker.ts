import type { AccessUnit, TrackMetadata } from '../core/access-unit.ts';
import type { Clock } from '../core/clock.ts';
import { DeviceError } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { Rung } from '../core/rung.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { EncoderEffort, MeterSettings } from '../core/source-settings.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { Link } from './link.ts';
import type { WorkerCommand, WorkerMessage, WorkerSettings } from './messages.ts';
import { WorkerProcess, type WorkerProcessDeps, type WorkerProcessOwner } from './worker-process.ts';

export interface SourceWorkerOptions {
  readonly settings: WorkerSettings;
  /** A source that delivers nothing for this long is down, and its process is replaced. May change. */
  readonly sourceTimeoutMs: () => number;
  /** The program of the worker process, as arguments for Node. */
  readonly program: readonly string[];
}

/** Told what the worker delivers. Units are valid until the call returns. */
export interface SourceWorkerEvents {
  onUnit(unit: AccessUnit): void;
  onRung(rungName: string, config: Uint8Array): void;
  onMetadata(metadata: TrackMetadata): void;
  onLevel(level: LevelReading): void;
  /** `status` has changed. */
  onStatus(): void;
  /** Whether more input is welcome has changed. */
  onInputWelcome(isWelcome: boolean): void;
}

const MAX_UNSENT_INPUT_BYTES = 256 * 1024;
/** What a check may take besides the seconds that it listens: a slow machine, a source that hesitates. */
const CHECK_SPARE_MS = 5_000;

/** A check that is under way. */
interface PendingCheck {
  readonly promise: Promise<SoundCheckReport>;
  readonly resolve: (report: SoundCheckReport) => void;
  readonly fail: (why: string) => void;
}

/** The worker process of one source of sound, as the main process sees it. */
export class SourceWorker implements WorkerProcessOwner {
  readonly #clock: Clock;
  readonly #process: WorkerProcess;
  readonly #events: SourceWorkerEvents;
  #settings: WorkerSettings;
  #wanted: readonly Rung[] = [];
  #isMuted = false;
  #check: PendingCheck | undefined;
  #isInputWelcome = true;

  constructor(deps: WorkerProcessDeps, options: SourceWorkerOptions, events: SourceWorkerEvents) {
    this.#clock = deps.clock;
    this.#settings = options.settings;
    this.#events = events;
    const { program, sourceTimeoutMs } = options;
    this.#process = new WorkerProcess(deps, { program, timeoutMs: sourceTimeoutMs, product: 'sound' }, this);
  }

  /** As the next process is told. */
  get settings(): WorkerSettings {
    return this.#settings;
  }

  get status(): SourceStatus {
    return this.#process.status;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts the process; does nothing when it runs. */
  start(): void {
    this.#process.start();
  }

  /** The rungs to encode from now on. */
  want(rungs: readonly Rung[]): void {
    this.#wanted = rungs;
    this.#command({ type: 'want', rungs: rungs.map((rung) => rung.name) });
  }

  /** Encodes with another effort from now on; what is delivered has no gap. */
  setEffort(effort: EncoderEffort): void {
    const { encoder } = this.#settings;
    this.#settings = { ...this.#settings, encoder: { ...encoder, ...effort } };
    this.#command({ type: 'effort', effort });
  }

  /** Treats and judges its sound otherwise from now on, without a click. */
  treat(treatment: SoundTreatment, meter: MeterSettings): void {
    this.#settings = { ...this.#settings, treatment, meter };
    this.#command({ type: 'treat', treatment, meter });
  }

  /**
   * Listens to its sound for so many seconds and says what is wrong with it; who asks meanwhile hears the same.
   * @throws DeviceError `sound-check.no-sound` when it does not deliver for so long
   */
  check(seconds: number): Promise<SoundCheckReport> {
    this.#check ??= this.#beginCheck(seconds);
    return this.#check.promise;
  }

  /** While muted, the source is closed and silence takes its place. */
  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#command({ type: 'mute', isMuted });
  }

  /** Bytes of the source client. False: enough for now, `onInputWelcome` follows. */
  writeInput(bytes: Uint8Array): boolean {
    const { link } = this.#process;
    link?.sendInput(bytes);
    return this.#isInputWelcome && (link?.unsentBytes ?? 0) < MAX_UNSENT_INPUT_BYTES;
  }

  /** The source client has ended its stream. */
  endInput(): void {
    this.#command({ type: 'input-end' });
  }

  /** Ends the process and waits for its end. It may be started again. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  onStart(link: Link): void {
    this.#isInputWelcome = true;
    link.onDrain = () => this.#events.onInputWelcome(this.#isInputWelcome);
    link.send({ type: 'open', settings: this.#settings, isMuted: this.#isMuted } satisfies WorkerCommand);
    this.want(this.#wanted);
  }

  onEnd(): void {
    this.#check?.fail('its process ended');
  }

  onUnit(unit: AccessUnit): void {
    this.#events.onUnit(unit);
  }

  onMessage(any: { readonly type: string }): boolean {
    const message = any as WorkerMessage;
    switch (message.type) {
      case 'level':
        this.#events.onLevel(message.level);
        return true;
      case 'rung':
        this.#events.onRung(message.rung, Buffer.from(message.config, 'base64'));
        break;
      case 'metadata':
        this.#events.onMetadata(message.metadata);
        break;
      case 'checked':
        this.#check?.resolve(message.report);
        break;
      case 'input':
        this.#isInputWelcome = message.isWelcome;
        this.#events.onInputWelcome(message.isWelcome);
        break;
      default:
    }
    return false;
  }

  onStatus(): void {
    this.#events.onStatus();
  }

  #beginCheck(seconds: number): PendingCheck {
    const { promise, resolve, reject } = Promise.withResolvers<SoundCheckReport>();
    const over = (): void => {
      timer.cancel();
      this.#check = undefined;
    };
    const check = {
      promise,
      resolve: (report: SoundCheckReport) => {
        over();
        resolve(report);
      },
      fail: (why: string) => {
        over();
        reject(noSound(this.#settings.name, why));
      },
    };
    const timer = this.#clock.after(seconds * 1000 + CHECK_SPARE_MS, () => check.fail('too little sound has come'));
    if (this.status.state === 'live') this.#command({ type: 'check', seconds });
    else this.#clock.after(0, () => check.fail(this.status.error?.message ?? `it is ${this.status.state}`));
    return check;
  }

  #command(command: WorkerCommand): void {
    this.#process.link?.send(command);
  }
}

function noSound(name: string, why: string): DeviceError {
  return new DeviceError('sound-check.no-sound', `The sound of source "${name}" cannot be checked: ${why}`, {
    remedy: 'Try again when its level is shown.',
  });
}
