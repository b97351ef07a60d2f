import type { Clock } from '../core/clock.ts';
import type { HostLoad } from '../core/host-load.ts';
import { type HostRoots, listHostFiles, readHostFile } from './host-files.ts';
import { HostProgram } from './host-program.ts';

type Throttling = Pick<HostLoad, 'isThrottled' | 'isUnderVoltage'>;

/** Now: under-voltage, frequency capped, throttled, soft temperature limit. The bits above tell of the past. */
const NOW_BITS = 0xf;
const UNDER_VOLTAGE_BIT = 0x1;
/** A file is read each time; a program is started no more often than this. */
const ASK_EVERY_US = 10_000_000;

/**
 * Whether a Raspberry Pi runs slower than it could. The firmware's own word is the whole truth; where the kernel does not
 * show it, `vcgencmd` asks for it; where that is not there either, the voltage sensor tells at least of a weak power
 * supply.
 */
export class HostThrottling {
  readonly #clock: Clock;
  readonly #roots: HostRoots;
  readonly #vcgencmd: HostProgram;
  #path: string | undefined;
  #askedUs: number | undefined;
  #answer: number | undefined;

  constructor(clock: Clock, roots: HostRoots) {
    this.#clock = clock;
    this.#roots = roots;
    this.#vcgencmd = new HostProgram('vcgencmd', { path: roots.path });
  }

  /** Undefined where the machine does not tell. */
  async read(signal: AbortSignal): Promise<Throttling> {
    const bits = (await this.#readFirmware()) ?? (await this.#ask(signal)) ?? (await this.#readVoltage());
    if (bits === undefined) return { isThrottled: undefined, isUnderVoltage: undefined };
    return { isThrottled: (bits & NOW_BITS) !== 0, isUnderVoltage: (bits & UNDER_VOLTAGE_BIT) !== 0 };
  }

  async #readFirmware(): Promise<number | undefined> {
    this.#path ??= await this.#findFirmware();
    const bits = this.#path === undefined ? undefined : bitsOf(await readHostFile(this.#path));
    if (bits === undefined) this.#path = undefined;
    return bits;
  }

  /** `soc/soc:firmware` on most, `soc@107c000000/soc@107c000000:firmware` on the Pi 5. */
  async #findFirmware(): Promise<string | undefined> {
    const folder = `${this.#roots.sys}/devices/platform`;
    for (const name of await listHostFiles(folder)) {
      const path = `${folder}/${name}/${name}:firmware/get_throttled`;
      if (name.startsWith('soc') && (await readHostFile(path)) !== undefined) return path;
    }
    return undefined;
  }

  /** The program talks to the firmware through `/dev/vcio`: without it, it could only fail. */
  async #ask(signal: AbortSignal): Promise<number | undefined> {
    const nowUs = this.#clock.nowUs();
    if (this.#askedUs !== undefined && nowUs - this.#askedUs < ASK_EVERY_US) return this.#answer;
    this.#askedUs = nowUs;
    const hasFirmware = (await listHostFiles(this.#roots.dev)).includes('vcio');
    const text = hasFirmware ? await this.#vcgencmd.ask(['get_throttled'], signal) : undefined;
    this.#answer = bitsOf(/^throttled=0x([\da-f]+)$/im.exec(text ?? '')?.[1]);
    return this.#answer;
  }

  async #readVoltage(): Promise<number | undefined> {
    const folder = `${this.#roots.sys}/class/hwmon`;
    for (const name of await listHostFiles(folder)) {
      const chip = await readHostFile(`${folder}/${name}/name`);
      if (chip === 'rpi_volt') return bitsOf(await readHostFile(`${folder}/${name}/in0_lcrit_alarm`));
    }
    return undefined;
  }
}

/** Hexadecimal without prefix; the sensor's 0 and 1 read the same. */
function bitsOf(text: string | undefined): number | undefined {
  const bits = Number.parseInt(text ?? '', 16);
  return Number.isNaN(bits) ? undefined : bits;
}
