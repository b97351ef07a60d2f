import { listHostFiles, readHostFile } from './host-files.ts';

/** What the processor's own sensors are called: the Pi's, other boards', Intel's. */
const OF_PROCESSOR = /^(cpu|soc|x86_pkg)/;
/** Sensors of other things, which may be hot of themselves. */
const OF_OTHERS = /wifi|battery|charger|nvme/;
/** Sensors that are broken or not connected read 0 and less, or absurdly much. */
const LEAST_C = 1;
const MOST_C = 125;

/** The temperature of the processor, from the thermal zones in sysfs (Documentation/driver-api/thermal). */
export class HostTemperature {
  readonly #folder: string;
  #sensors: readonly string[] = [];

  constructor(sysRoot: string) {
    this.#folder = `${sysRoot}/class/thermal`;
  }

  /** Degrees Celsius, the hottest of its sensors. */
  async read(): Promise<number | undefined> {
    if (this.#sensors.length === 0) this.#sensors = await this.#find();
    let hottest: number | undefined;
    for (const sensor of this.#sensors) {
      const celsius = Number((await readHostFile(sensor)) ?? Number.NaN) / 1000;
      if (celsius >= LEAST_C && celsius <= MOST_C) hottest = Math.max(hottest ?? celsius, celsius);
    }
    // Drivers are loaded while the machine starts, and sensors may go: then it looks again.
    if (hottest === undefined) this.#sensors = [];
    return hottest;
  }

  async #find(): Promise<string[]> {
    const processor: string[] = [];
    const others: string[] = [];
    for (const name of await listHostFiles(this.#folder)) {
      if (!name.startsWith('thermal_zone')) continue;
      const type = (await readHostFile(`${this.#folder}/${name}/type`)) ?? '';
      if (OF_PROCESSOR.test(type)) processor.push(`${this.#folder}/${name}/temp`);
      else if (!OF_OTHERS.test(type)) others.push(`${this.#folder}/${name}/temp`);
    }
    return processor.length > 0 ? processor : others;
  }
}
