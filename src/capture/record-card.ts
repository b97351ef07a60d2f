import { DeviceError, PipitError } from '../core/errors.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import { alsaFailure } from './alsa-failure.ts';
import type { CaptureAttempt } from './capture-attempts.ts';
import { fewLines } from './few-lines.ts';
import { openFfmpegInput } from './ffmpeg-input.ts';
import { Program } from './program.ts';
import { rawPcm } from './raw-pcm.ts';
import type { SourceContext } from './source.ts';
import { XRUN, xrunCounter } from './xruns.ts';

export interface CardRecording extends CaptureAttempt {
  /** ALSA's name of the device: `hw:…`, or `plughw:…` for one that converts. */
  readonly pcm: string;
}

export interface RecordCardDeps {
  readonly context: SourceContext;
  /** What errors call the card. */
  readonly name: string;
  /** arecord, or what stands in for it in tests. */
  readonly recorder: string;
}

/** How much the card gathers while nobody reads, and how often it hands on what it has. Microseconds. */
const BUFFER_US = 2_500_000;
const PERIOD_US = 20_000;

const MAX_LINES_A_SECOND = 5;

/** What arecord says of a rate that the card does not have, before it goes on with the one that it got. */
const OTHER_RATE = /rate is not accurate/i;
/** `arecord: main:834: audio open error: …` */
const COMPLAINT = /^\S*: \w+:\d+: (.*)/;

/**
 * Records from a card by arecord, which can be told how seldom it is to wake up: FFmpeg's reader takes the shortest period that
 * the card has, 375 packets a second with most, and costs several times as much.
 *
 * @throws DeviceError those of `alsaFailure`, `capture.unsupported` among them where the card has other samples, channels or
 *   rates than wanted; `capture.no-program` when arecord is not installed
 */
export async function* recordCard(
  recording: CardRecording,
  { context, name, recorder }: RecordCardDeps,
  signal: AbortSignal,
): AsyncGenerator<PcmBlock, void, undefined> {
  if (signal.aborted) return;
  const { pcm, rate, channels } = recording;
  const format = ['-f', 'S16_LE', '-r', String(rate), '-c', String(channels), '-t', 'raw'];
  const times = ['-B', String(BUFFER_US), '-F', String(PERIOD_US)];
  const xruns = xrunCounter(context.counters);
  const say = fewLines(context.clock, MAX_LINES_A_SECOND, (line) => context.log.debug(line));
  let words = '';
  let hasOtherRate = false;
  await using program = new Program([recorder, '-D', pcm, ...format, ...times], {
    clock: context.clock,
    // Its complaints are told apart by their words.
    environment: { LC_ALL: 'C' },
    onLine(line) {
      if (XRUN.test(line)) return xruns.add();
      say(line);
      const complaint = COMPLAINT.exec(line)?.[1];
      if (OTHER_RATE.test(line)) {
        hasOtherRate = true;
        words = line;
        program.output.end();
      } else if (complaint !== undefined) words = complaint;
    },
  });
  let stage: 'open' | 'read' = 'open';
  let cause: unknown;
  try {
    for await (const block of soundOf(program, recording, { context, name }, signal)) {
      stage = 'read';
      yield block;
    }
  } catch (error) {
    // What it writes before it fails may be too little for a decoder.
    if (!(error instanceof PipitError) || !program.isOutputOver) throw error;
    cause = error;
  }
  if (signal.aborted) return;
  if (hasOtherRate) throw alsaFailure(name, { stage: 'open', words });
  const { isMissing, how, lastLine } = await program.ended;
  if (isMissing) throw withoutRecorder(name, recorder, how);
  throw alsaFailure(name, { stage, words: words === '' ? lastLine : words, cause });
}

/** What it writes; FFmpeg converts other rates than the ladder's, and what has more channels than two. */
function soundOf(
  program: Program,
  { rate, channels }: CardRecording,
  { context, name }: Pick<RecordCardDeps, 'context' | 'name'>,
  signal: AbortSignal,
): AsyncGenerator<PcmBlock, void, undefined> {
  if (rate === SAMPLE_RATE && (channels === 1 || channels === 2)) {
    return rawPcm(program.output, { from: channels, to: context.channels }, signal);
  }
  const options = { sample_rate: String(rate), ch_layout: layoutOf(channels) };
  return openFfmpegInput({ bytes: program.output, format: 's16le', options }, { context, name }, signal);
}

function layoutOf(channels: number): string {
  if (channels === 1) return 'mono';
  return channels === 2 ? 'stereo' : `${channels}C`;
}

function withoutRecorder(name: string, recorder: string, how: string): DeviceError {
  return new DeviceError(
    'capture.no-program',
    `${name} can't be recorded from: ${recorder} can't be started (${how})`,
    {
      remedy: 'Install the package alsa-utils.',
    },
  );
}
