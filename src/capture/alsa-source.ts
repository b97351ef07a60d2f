import { sleep } from '../core/clock.ts';
import { DeviceError, PipitError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { AlsaSettings } from '../core/source-settings.ts';
import { alsaFailure, deviceBusy } from './alsa-failure.ts';
import { applyMixerPreset, type MixerOptions } from './apply-mixer-preset.ts';
import { captureAttempts } from './capture-attempts.ts';
import { type CaptureDevice, type DeviceRoots, hardwareName, listDevices } from './devices.ts';
import { ExecSource } from './exec-source.ts';
import type { FfmpegFailure } from './ffmpeg-failure.ts';
import { type FfmpegTarget, openFfmpegInput } from './ffmpeg-input.ts';
import { type ResolvedDevice, resolveDevice } from './resolve-device.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** FFmpeg's log comes over from its thread a moment after its answer, and only the log says why. */
const LOG_LAG_MS = 500;
const LOG_LOOK_MS = 10;
/** How much arecord lets the card gather, and how often it hands it on. Microseconds. */
const ARECORD_BUFFER_US = 500_000;
const ARECORD_PERIOD_US = 20_000;

/** What differs in tests. */
export interface AlsaOptions {
  /** Where the kernel tells about cards. */
  readonly roots?: DeviceRoots;
  /** The program that records from cards without 16-bit samples. */
  readonly recorder?: string;
  readonly mixer?: MixerOptions;
}

/**
 * A sound card. The device is looked for at each `read`, since cards change numbers and ports. FFmpeg's reader takes
 * 16-bit samples alone (nothing here can tell it another format), so a card that has none, as many I2S microphones,
 * is recorded by arecord, whose plug layer converts.
 */
export class AlsaSource implements AudioSource {
  readonly #settings: AlsaSettings;
  readonly #context: SourceContext;
  readonly #options: AlsaOptions;
  #description: string;
  /** The card whose mixer was set; it is set anew when the card has been away, or is another one. */
  #setCard: string | undefined;

  constructor(settings: AlsaSettings, context: SourceContext, options: AlsaOptions = {}) {
    this.#settings = settings;
    this.#context = context;
    this.#options = options;
    this.#description = `sound card ${settings.device}`;
  }

  /** The setting, and once it was found what it stands for. */
  get description(): string {
    return this.#description;
  }

  async *read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { device, description } = await this.#find();
    this.#description = `sound card ${description}`;
    if (device.ownerPid !== undefined) throw deviceBusy(description, device.ownerPid);
    await this.#setMixer(device);
    const hw = hardwareName(device);
    for (const { rate, channels } of captureAttempts(device.modes, this.#context.channels)) {
      if (signal.aborted) return;
      const options = { sample_rate: String(rate), ch_layout: layoutOf(channels) };
      try {
        return yield* this.#record({ url: hw, format: 'alsa', options }, description, signal);
      } catch (error) {
        // What it refuses in one way it may take in another; nothing else gets better by that.
        if (!(error instanceof DeviceError) || error.code !== 'capture.unsupported') throw error;
        this.#context.log.debug(`${rate} Hz, ${channels} channels: ${error.message}`);
      }
    }
    if (!signal.aborted) yield* this.#recordByProgram(device, description, signal);
  }

  async #find(): Promise<ResolvedDevice> {
    const devices = await listDevices(this.#options.roots);
    try {
      return resolveDevice(this.#settings.device, devices);
    } catch (error) {
      this.#setCard = undefined;
      throw error;
    }
  }

  async #setMixer(device: CaptureDevice): Promise<void> {
    const card = `${device.card} ${device.cardId} ${device.usbPath}`;
    if (this.#settings.mixer !== 'preset' || card === this.#setCard) return;
    this.#setCard = card;
    await applyMixerPreset(device, this.#context.log, this.#options.mixer);
  }

  /** @throws DeviceError */
  async *#record(target: FfmpegTarget, name: string, signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    const { clock, log, counters, channels } = this.#context;
    let words = '';
    const context: SourceContext = {
      clock,
      log: tapped(log, (line) => {
        words = line;
      }),
      counters,
      channels,
      onMetadata: () => {},
    };
    let failure: FfmpegFailure | undefined;
    const mapFailure = (found: FfmpegFailure): PipitError => {
      failure = found;
      return alsaFailure(name, { stage: found.stage, errno: found.errno, words: '', cause: found });
    };
    try {
      yield* openFfmpegInput(target, { context, name, mapFailure }, signal);
    } catch (error) {
      if (failure === undefined) throw error;
      for (let ms = 0; words === '' && ms < LOG_LAG_MS && !signal.aborted; ms += LOG_LOOK_MS) {
        await sleep(clock, LOG_LOOK_MS, signal);
      }
      throw alsaFailure(name, { stage: failure.stage, errno: failure.errno, words, cause: failure });
    }
    // A microphone has no end.
    if (!signal.aborted) throw alsaFailure(name, { stage: 'read', errno: '', words });
  }

  async *#recordByProgram(
    device: CaptureDevice,
    name: string,
    signal: AbortSignal,
  ): AsyncGenerator<PcmBlock, void, undefined> {
    const { channels } = this.#context;
    const { recorder = 'arecord' } = this.#options;
    const format = ['-f', 'S16_LE', '-r', String(SAMPLE_RATE), '-c', String(channels), '-t', 'raw'];
    const times = ['-B', String(ARECORD_BUFFER_US), '-F', String(ARECORD_PERIOD_US)];
    const command = [recorder, '-q', '-D', `plug${hardwareName(device)}`, ...format, ...times];
    const program = new ExecSource(
      { type: 'exec', command, format: 's16le', sampleRate: SAMPLE_RATE, channels },
      this.#context,
    );
    let stage: 'open' | 'read' = 'open';
    try {
      for await (const block of program.read(signal)) {
        stage = 'read';
        yield block;
      }
    } catch (cause) {
      if (!(cause instanceof PipitError)) throw cause;
      if (cause.code === 'capture.no-program') throw withoutRecorder(name, recorder, cause);
      throw alsaFailure(name, { stage, errno: '', words: cause.message, cause });
    }
  }
}

function layoutOf(channels: number): string {
  if (channels === 1) return 'mono';
  return channels === 2 ? 'stereo' : `${channels}C`;
}

function withoutRecorder(name: string, recorder: string, cause: unknown): DeviceError {
  return new DeviceError('capture.unsupported', `${name} has no 16-bit samples, and ${recorder} is not installed`, {
    remedy: 'Install the package alsa-utils.',
    cause,
  });
}

/** The log, with someone who hears what is said at level debug. */
function tapped(log: Log, hear: (message: string) => void): Log {
  return {
    debug(message, fields) {
      hear(message);
      log.debug(message, fields);
    },
    info: (message, fields) => log.info(message, fields),
    notice: (message, fields) => log.notice(message, fields),
    warning: (message, fields) => log.warning(message, fields),
    error: (message, fields) => log.error(message, fields),
    crit: (message, fields) => log.crit(message, fields),
    room: (room) => log.room(room),
  };
}
