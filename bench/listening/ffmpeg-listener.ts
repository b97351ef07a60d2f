import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Heard, nowMs, type Stall } from './heard.ts';

/** Sound that a player would gather before it plays. */
const START_MS = 2_000;
/** Below this it is the rhythm of its reports. */
const LEAST_STALL_MS = 200;

/**
 * FFmpeg as it decodes at the pace of its own clock: what it does not read waits in the connection. It keeps nothing in
 * hand; stalls are those of a player that began two seconds after it.
 */
export class FfmpegListener {
  readonly #process: ChildProcess;
  readonly #askedMs = nowMs();
  readonly #warnings: string[] = [];
  readonly #stalls: Stall[] = [];
  #firstSoundMs: number | undefined;
  #behindMs = START_MS;
  #playedS = 0;

  /** @param inside makes of a command one that runs where the listener is */
  constructor(inside: (command: string, args: readonly string[]) => [string, string[]], url: string) {
    const report = ['-progress', 'pipe:1', '-stats_period', '0.25'];
    const [command, args] = inside('ffmpeg', [
      ...['-nostdin', '-v', 'warning', ...report, '-readrate', '1', '-i', url, '-f', 'null', '-'],
    ]);
    this.#process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.#process.stderr as Readable }).on('line', (line) => this.#warnings.push(line));
    createInterface({ input: this.#process.stdout as Readable }).on('line', (line) => this.#hear(line));
  }

  async end(): Promise<Heard> {
    const warnings = [...this.#warnings];
    this.#process.kill('SIGKILL');
    return {
      askedMs: this.#askedMs,
      firstSoundMs: this.#firstSoundMs,
      endMs: nowMs(),
      stalls: this.#stalls,
      rungs: undefined,
      playedS: this.#playedS,
      playedKbps: undefined,
      inHand: [],
      warnings,
    };
  }

  #hear(line: string): void {
    const [, us] = /^out_time_us=(\d+)/.exec(line) ?? [];
    const atMs = nowMs();
    if (us === undefined || Number(us) === 0) return;
    this.#playedS = Number(us) / 1e6;
    this.#firstSoundMs ??= atMs - this.#playedS * 1000;
    const behindMs = atMs - this.#firstSoundMs - this.#playedS * 1000;
    const stalledMs = behindMs - this.#behindMs;
    if (stalledMs < LEAST_STALL_MS) return;
    this.#behindMs = behindMs;
    const last = this.#stalls.at(-1);
    // One stall in several reports.
    if (last !== undefined && atMs - (last.atMs + last.ms) < 2 * stalledMs + 600) {
      this.#stalls[this.#stalls.length - 1] = { atMs: last.atMs, ms: last.ms + stalledMs };
    } else this.#stalls.push({ atMs: atMs - stalledMs, ms: stalledMs });
  }
}

/** What FFmpeg has to say about a file of sound, read as a stream. */
export function decoderWarnings(file: string): string[] {
  const input = openSync(file, 'r');
  const { stderr } = spawnSync('ffmpeg', ['-v', 'warning', '-i', 'pipe:0', '-f', 'null', '-'], {
    stdio: [input, 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  closeSync(input);
  return stderr.split('\n').filter((line) => line.trim() !== '');
}
