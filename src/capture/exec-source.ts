import { basename } from 'node:path';
import { DeviceError, MediaError } from '../core/errors.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { ExecSettings } from '../core/source-settings.ts';
import { withoutUrlSecrets } from './clean-url.ts';
import { decodeBytes } from './decode-bytes.ts';
import { fewLines } from './few-lines.ts';
import { openFfmpegInput } from './ffmpeg-input.ts';
import { paced } from './pace.ts';
import { Program, type ProgramEnd } from './program.ts';
import { rawPcm } from './raw-pcm.ts';
import type { AudioSource, SourceContext } from './source.ts';
import { XRUN, xrunCounter } from './xruns.ts';

/** A recorder is never ahead; a program that reads a file is held back, through its pipe. */
const LEAD_MS = 300;
/** Twice the error of an ordinary crystal, which is up to 100 ppm on a cheap card. */
const FASTER_PPM = 200;
const MAX_LINES_A_SECOND = 5;

/** The sound that a program writes to its standard output. */
export class ExecSource implements AudioSource {
  readonly description: string;
  readonly #name: string;
  readonly #settings: ExecSettings;
  readonly #context: SourceContext;

  constructor(settings: ExecSettings, context: SourceContext) {
    this.#name = basename(settings.command[0] ?? '');
    // Not the arguments: people write passwords there.
    this.description = `program ${this.#name}`;
    this.#settings = settings;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { clock } = this.#context;
    return paced(this.#run(signal), { clock, signal }, { leadMs: LEAD_MS, fasterPpm: FASTER_PPM });
  }

  async *#run(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    if (signal.aborted) return;
    await using program = new Program(this.#settings.command, {
      clock: this.#context.clock,
      onLine: this.#lineReader(),
    });
    try {
      yield* this.#decode(program, signal);
    } catch (error) {
      // What a program failed at says more than what is wrong with the little it wrote.
      if (!(error instanceof MediaError) || !program.isOutputOver) throw error;
      const end = await program.ended;
      throw end.isFailure || program.outputBytes === 0 ? this.#endError(end, error) : error;
    }
    if (!signal.aborted) throw this.#endError(await program.ended);
  }

  #decode(program: Program, signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { format, sampleRate, channels } = this.#settings;
    const name = `what ${this.#name} writes`;
    if (format === 'auto') return decodeBytes(program.output, { contentType: '', name }, this.#context, signal);
    if (format === 's16le' && sampleRate === SAMPLE_RATE) {
      return rawPcm(program.output, { from: channels, to: this.#context.channels }, signal);
    }
    const options = { sample_rate: String(sampleRate), ch_layout: channels === 1 ? 'mono' : 'stereo' };
    return openFfmpegInput({ bytes: program.output, format, options }, { context: this.#context, name }, signal);
  }

  #endError({ how, lastLine, isMissing }: ProgramEnd, cause?: unknown): DeviceError {
    const program = this.#settings.command[0] ?? '';
    if (isMissing) {
      return new DeviceError('capture.no-program', `${program} can't be started: ${how}`, {
        remedy: 'Install it, or correct the command of this source.',
        cause,
      });
    }
    const words = lastLine === '' ? '' : `: ${withoutUrlSecrets(lastLine)}`;
    return new DeviceError('capture.program-ended', `${this.#name} ended with ${how}${words}`, {
      remedy: 'Run the command by hand to see what it lacks; it is started again.',
      cause,
    });
  }

  #lineReader(): (line: string) => void {
    const { log, clock, counters } = this.#context;
    const xruns = xrunCounter(counters);
    const say = fewLines(clock, MAX_LINES_A_SECOND, (line) => log.info(`${this.#name}: ${withoutUrlSecrets(line)}`));
    return (line) => {
      if (XRUN.test(line)) xruns.add();
      else say(line);
    };
  }
}
