import { listHostFiles, readHostFile } from './host-files.ts';

/** Now: under-voltage, frequency capped, throttled, soft temperature limit. The bits above tell of the past. */
const NOW_BITS = 0xf;

/**
 * Whether a Raspberry Pi runs slower than it could. The firmware's own word is the whole truth; where the kernel does not
 * show it, its voltage sensor tells at least of a weak power supply.
 */
export class HostThrottling {
  readonly #sysRoot: string;
  #path: string | undefined;

  constructor(sysRoot: string) {
    this.#sysRoot = sysRoot;
  }

  /** Undefined where the machine does not tell. */
  async read(): Promise<boolean | undefined> {
    this.#path ??= (await this.#findFirmware()) ?? (await this.#findVoltage());
    const text = this.#path === undefined ? undefined : await readHostFile(this.#path);
    // Hexadecimal without prefix; the sensor's 0 and 1 read the same.
    const bits = Number.parseInt(text ?? '', 16);
    if (!Number.isNaN(bits)) return (bits & NOW_BITS) !== 0;
    this.#path = undefined;
    return undefined;
  }

  /** `soc/soc:firmware` on most, `soc@107c000000/soc@107c000000:firmware` on the Pi 5. */
  async #findFirmware(): Promise<string | undefined> {
    const folder = `${this.#sysRoot}/devices/platform`;
    for (const name of await listHostFiles(folder)) {
      const path = `${folder}/${name}/${name}:firmware/get_throttled`;
      if (name.startsWith('soc') && (await readHostFile(path)) !== undefined) return path;
    }
    return undefined;
  }

  async #findVoltage(): Promise<string | undefined> {
    const folder = `${this.#sysRoot}/class/hwmon`;
    for (const name of await listHostFiles(folder)) {
      const chip = await readHostFile(`${folder}/${name}/name`);
      if (chip === 'rpi_volt') return `${folder}/${name}/in0_lcrit_alarm`;
    }
    return undefined;
  }
}
