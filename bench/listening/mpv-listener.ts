import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Heard, type InHand, nowMs, type Stall } from './heard.ts';

const ASK_MS = 200;
const ASKED = ['time-pos', 'demuxer-cache-duration', 'paused-for-cache'] as const;

/** mpv with its usual cache, and no sound card: its clock is its own. Asked by its IPC what it has in hand. */
export class MpvListener {
  readonly #process: ChildProcess;
  readonly #askedMs = nowMs();
  readonly #warnings: string[] = [];
  readonly #inHand: InHand[] = [];
  readonly #stalls: Stall[] = [];
  #firstSoundMs: number | undefined;
  #stalledSinceMs: number | undefined;
  #playedS = 0;
  #socket: Socket | undefined;
  readonly #timer: NodeJS.Timeout;

  /** @param inside makes of a command one that runs where the listener is */
  constructor(inside: (command: string, args: readonly string[]) => [string, string[]], url: string, ipcFile: string) {
    const quiet = ['--no-config', '--no-video', '--ao=null', '--no-input-terminal', '--msg-level=all=warn'];
    const [command, args] = inside('mpv', [...quiet, `--input-ipc-server=${ipcFile}`, url]);
    this.#process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      createInterface({ input: stream as Readable }).on('line', (line) => {
        if (line.trim() !== '') this.#warnings.push(line.trim());
      });
    }
    this.#timer = setInterval(() => this.#ask(ipcFile), ASK_MS);
  }

  async end(): Promise<Heard> {
    clearInterval(this.#timer);
    const endMs = nowMs();
    // What it says about being ended is no warning.
    const warnings = [...this.#warnings];
    this.#socket?.destroy();
    this.#process.kill('SIGKILL');
    if (this.#stalledSinceMs !== undefined) {
      this.#stalls.push({ atMs: this.#stalledSinceMs, ms: endMs - this.#stalledSinceMs });
    }
    return {
      askedMs: this.#askedMs,
      firstSoundMs: this.#firstSoundMs,
      endMs,
      stalls: this.#stalls,
      rungs: undefined,
      playedS: this.#playedS,
      playedKbps: undefined,
      inHand: this.#inHand,
      warnings,
    };
  }

  #ask(ipcFile: string): void {
    if (this.#socket === undefined) {
      const socket = connect(ipcFile);
      this.#socket = socket;
      // It may not listen yet.
      const again = (): void => {
        this.#socket = undefined;
      };
      socket.on('error', again);
      createInterface({ input: socket })
        .on('error', again)
        .on('line', (line) => this.#hear(line));
    }
    for (const [index, name] of ASKED.entries()) {
      this.#socket.write(`${JSON.stringify({ command: ['get_property', name], request_id: index + 1 })}\n`);
    }
  }

  #hear(line: string): void {
    const { request_id: id, data } = JSON.parse(line) as { request_id?: number; data?: unknown };
    const atMs = nowMs();
    if (id === 1 && typeof data === 'number') this.#onPosition(data, atMs);
    if (id === 2 && typeof data === 'number') this.#inHand.push({ atMs: Math.round(atMs), seconds: data });
    if (id === 3) this.#onPaused(data === true, atMs);
  }

  #onPosition(positionS: number, atMs: number): void {
    if (positionS > 0) this.#firstSoundMs ??= atMs - positionS * 1000;
    this.#playedS = positionS;
  }

  #onPaused(isPaused: boolean, atMs: number): void {
    if (this.#firstSoundMs === undefined) return;
    if (isPaused) this.#stalledSinceMs ??= atMs;
    else if (this.#stalledSinceMs !== undefined) {
      this.#stalls.push({ atMs: this.#stalledSinceMs, ms: atMs - this.#stalledSinceMs });
      this.#stalledSinceMs = undefined;
    }
  }
}
