import { DeviceError } from '../core/errors.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { AlsaSettings } from '../core/source-settings.ts';
import { deviceBusy } from './alsa-failure.ts';
import { applyMixerPreset, type MixerOptions } from './apply-mixer-preset.ts';
import { captureAttempts } from './capture-attempts.ts';
import { type CaptureDevice, type DeviceRoots, hardwareName, listDevices } from './devices.ts';
import { recordCard } from './record-card.ts';
import { type ResolvedDevice, resolveDevice } from './resolve-device.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** What differs in tests. */
export interface AlsaOptions {
  /** Where the kernel tells about cards. */
  readonly roots?: DeviceRoots;
  /** The program that records. */
  readonly recorder?: string;
  readonly mixer?: MixerOptions;
}

/** What arecord says of a card that has no 16-bit samples. */
const NO_SUCH_SAMPLES = /sample format non available/i;

/**
 * A sound card. The device is looked for at each `read`, since cards change numbers and ports. What has no 16-bit samples, as
 * many I2S microphones, is recorded through ALSA's plug layer, which converts.
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
    const { recorder = 'arecord' } = this.#options;
    const { channels } = this.#context;
    const deps = { context: this.#context, name: description, recorder };
    for (const attempt of captureAttempts(device.modes, channels)) {
      try {
        return yield* recordCard({ pcm: hw, ...attempt }, deps, signal);
      } catch (error) {
        // What it refuses in one way it may take in another; nothing else gets better by that.
        if (!(error instanceof DeviceError) || error.code !== 'capture.unsupported') throw error;
        this.#context.log.debug(`${attempt.rate} Hz, ${attempt.channels} channels: ${error.message}`);
        if (NO_SUCH_SAMPLES.test(error.message)) break;
      }
    }
    yield* recordCard({ pcm: `plug${hw}`, rate: SAMPLE_RATE, channels }, deps, signal);
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
}
