import type { Clock, Timer } from '../../core/clock.ts';
import type { Counter, CounterSet } from '../../core/counters.ts';
import { PipitError, sentencesOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type CommandDeps, Refusal, runCommand } from './commands.ts';

export interface CommandDeskDeps extends CommandDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  /** Tells what has become of a command. */
  readonly answer: (result: CommandResult) => void;
}

export interface CommandResult {
  /** As it came: `source/mic/gain_db`; empty where it could not be read. */
  readonly command: string;
  readonly ok: boolean;
  /** Why not. */
  readonly error?: string;
  /** What there is to know besides. */
  readonly note?: string;
}

/** So many may come at once … */
const BURST = 20;
/** … and then so many a second. */
const PER_SECOND = 2;
const MAX_BYTES = 1024;
/** Some take seconds: what waits for those before it must not be carried out when nobody wants it any more. */
const MAX_WAITING = 32;
const MAX_ECHO = 100;
/** Between two answers to a flood. */
const FLOOD_ANSWER_MS = 1_000;
/** While it lasts, messages are read no faster than one in this time: the rest waits at the broker. */
const FLOOD_READ_MS = 2;

/** Takes commands from the broker, one after the other; whatever comes, it costs little, and the sender is told why not. */
export class CommandDesk {
  readonly #deps: CommandDeskDeps;
  readonly #isOpen: boolean;
  readonly #taken: Counter;
  readonly #refused: Counter;
  #tokens = BURST;
  #countedUs: number;
  #flooded = 0;
  #floodAnswer: Timer | undefined;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** @param isOpen false: everything is refused */
  constructor(deps: CommandDeskDeps, { isOpen }: { isOpen: boolean }) {
    this.#deps = deps;
    this.#isOpen = isOpen;
    this.#countedUs = deps.clock.nowUs();
    this.#taken = deps.counters.counter('mqtt_commands_total', 'Commands that came over MQTT and were carried out');
    this.#refused = deps.counters.counter('mqtt_refused_commands_total', 'Commands over MQTT that were refused');
  }

  /** A command has come. */
  take(command: string, payload: Buffer, isRetained: boolean): void {
    if (!this.#spend()) return this.#flood();
    if (!this.#isOpen) return this.#refuse(command, 'commands over MQTT are switched off: mqtt.commands = false');
    if (isRetained) {
      return this.#refuse(
        command,
        'a retained command is not carried out: who knows how old it is. Send it without the retain flag',
      );
    }
    if (payload.length > MAX_BYTES) return this.#refuse(command, `a command has ${MAX_BYTES} bytes at most`);
    const text = textOf(payload);
    if (text === undefined) return this.#refuse(command, 'a command is text in UTF-8');
    if (this.#waiting >= MAX_WAITING)
      return this.#refuse(command, 'others are still being carried out: try again later');
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => this.#run(command, text))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** A message was so long that it was not even read. */
  tooLong(sizeBytes: number): void {
    if (this.#spend()) this.#refuse('', `a message of ${sizeBytes} bytes is too long`);
    else this.#flood();
  }

  /** Calls `done` when the next message may be read. */
  afterMessage(done: () => void): void {
    this.#refill();
    if (this.#tokens >= 1) done();
    else this.#deps.clock.after(FLOOD_READ_MS, done);
  }

  /** Resolves when what was taken has been carried out. */
  async settle(): Promise<void> {
    await this.#work;
  }

  stop(): void {
    this.#floodAnswer?.cancel();
  }

  async #run(command: string, text: string): Promise<void> {
    const { log, answer } = this.#deps;
    try {
      const note = await runCommand(command, text, this.#deps);
      this.#taken.add();
      log.info(`done over MQTT: ${command}`);
      answer({ command, ok: true, ...(note === undefined ? {} : { note }) });
    } catch (error) {
      if (error instanceof Refusal) return this.#refuse(command, error.message);
      if (error instanceof PipitError) return this.#refuse(command, sentencesOf(error));
      log.error(`a command over MQTT failed: ${command}: ${(error as Error).message}`, {
        stack: (error as Error).stack,
      });
      this.#refuse(command, 'it failed; see the log');
    }
  }

  #refuse(command: string, error: string): void {
    this.#refused.add();
    this.#deps.answer({ command: command.slice(0, MAX_ECHO), ok: false, error });
  }

  #flood(): void {
    this.#refused.add();
    this.#flooded += 1;
    this.#floodAnswer ??= this.#deps.clock.after(FLOOD_ANSWER_MS, () => {
      this.#floodAnswer = undefined;
      const error = `${this.#flooded} commands came too fast: ${PER_SECOND} a second are taken`;
      this.#flooded = 0;
      this.#deps.answer({ command: '', ok: false, error });
    });
  }

  #spend(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(): void {
    const nowUs = this.#deps.clock.nowUs();
    this.#tokens = Math.min(BURST, this.#tokens + ((nowUs - this.#countedUs) / 1e6) * PER_SECOND);
    this.#countedUs = nowUs;
  }
}

function textOf(payload: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return undefined;
  }
}
