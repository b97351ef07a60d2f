import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { headerBase } from '../src/hardware/gpio-numbers.ts';
import { TONE } from './configuration.ts';
import type { Bench, HardwareTest } from './hardware-test.ts';
import { kernelModule, type Need, OWN_MACHINE, RASPBERRY_PI, ROOT } from './need.ts';
import type { OwnStation } from './own-station.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const CONFIGFS = '/sys/kernel/config';
/** Of the header of all models. */
const PINS = 28;
const PRESS_MS = 400;

/** Real pins may have something soldered to them that a test must not move. */
const NO_HEADER: Need = {
  async missing() {
    const isPi = (await RASPBERRY_PI.missing()) === undefined;
    return (await headerBase()) === undefined && !isPi
      ? undefined
      : 'this machine has a header of its own: it is left alone';
  },
};

/** Pins that the kernel makes up (Documentation/admin-guide/gpio/gpio-sim.rst), as many as the header has. */
class VirtualHeader {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(bench: Bench): Promise<VirtualHeader> {
    await must('modprobe', ['gpio-sim']);
    await program('mount', ['-t', 'configfs', 'configfs', CONFIGFS]);
    const chip = `${CONFIGFS}/gpio-sim/pipit`;
    await mkdir(`${chip}/bank0`, { recursive: true });
    bench.stack.defer(async () => {
      await writeFile(`${chip}/live`, '0');
      await rmdir(`${chip}/bank0`);
      await rmdir(chip);
      await program('modprobe', ['-r', 'gpio-sim']);
    });
    await writeFile(`${chip}/bank0/num_lines`, `${PINS}`);
    await writeFile(`${chip}/live`, '1');
    const device = (await readFile(`${chip}/dev_name`, 'utf8')).trim();
    const name = (await readFile(`${chip}/bank0/chip_name`, 'utf8')).trim();
    const folder = `/sys/devices/platform/${device}/${name}`;
    await access(`${folder}/sim_gpio0/pull`);
    await until('the pins are there', async () => ((await headerBase()) === undefined ? undefined : true));
    return new VirtualHeader(folder);
  }

  /** What somebody outside drives the pin to. */
  async drive(bcm: number, isHigh: boolean): Promise<void> {
    await writeFile(`${this.#folder}/sim_gpio${bcm}/pull`, isHigh ? 'pull-up' : 'pull-down');
  }

  /** What is on the pin. */
  async isHigh(bcm: number): Promise<boolean> {
    return (await readFile(`${this.#folder}/sim_gpio${bcm}/value`, 'utf8')).trim() === '1';
  }
}

/** Of what the header can cause, type and subject, the last first. */
async function told(station: OwnStation): Promise<readonly string[]> {
  const caused = (await station.events()).filter(({ type }) => /^(?:un)?muted$|^motion/.test(type));
  return caused.filter(({ subject }) => subject !== 'camera').map(({ type, subject }) => `${type} ${subject}`);
}

export const gpioTests: readonly HardwareTest[] = [
  {
    about: 'gpio',
    name: 'button, sensor, LED and lamp on the header do what the settings say',
    needs: [ROOT, OWN_MACHINE, kernelModule('gpio-sim'), NO_HEADER],
    needsRest: true,
    async run(bench) {
      const header = await VirtualHeader.open(bench);
      const [led, button, sensor, lamp] = [17, 27, 22, 23];
      await header.drive(button, true);
      await header.drive(sensor, false);
      const pins = `status_led = ${led}\n  button = ${button}\n  input = ${sensor}\n  on_air = ${lamp}\n  input_name = "hall"`;
      const station = await bench.station(`${TONE}gpio {\n  ${pins}\n}\n`);
      await station.source('mic', 'live');

      await until('the LED is on for good', async () => {
        for (let i = 0; i < 10; i += 1) {
          if (!(await header.isHigh(led))) return undefined;
          await pause(150);
        }
        return true;
      });
      if (await header.isHigh(lamp)) throw new Error('the lamp is on while nobody listens');
      {
        using _listening = await station.listen('/stream.mp3');
        await until('the lamp is on', async () => ((await header.isHigh(lamp)) ? true : undefined));
      }
      await until('the lamp is off', async () => ((await header.isHigh(lamp)) ? undefined : true));

      for (const isMuted of [true, false]) {
        await header.drive(button, false);
        await pause(PRESS_MS);
        await header.drive(button, true);
        await until(`the button has the microphone ${isMuted ? 'muted' : 'heard'}`, async () =>
          (await station.status()).privacy.microphone === isMuted ? true : undefined,
        );
        // It is looked for once a second; what moves then is told at once.
        const type = isMuted ? 'muted' : 'unmuted';
        await until(`what the button did is told as ${type}`, async () =>
          (await told(station)).includes(`${type} microphone`) ? true : undefined,
        );
      }

      await header.drive(sensor, true);
      await pause(PRESS_MS);
      await header.drive(sensor, false);
      const wanted = ['muted microphone', 'unmuted microphone', 'motion hall', 'motion_ended hall']
        .reverse()
        .join(', ');
      let last = '';
      await until('what happened is told in its order', async () => {
        last = (await told(station)).join(', ');
        return last === wanted ? true : undefined;
      }).catch((error: Error) => {
        throw new Error(`${error.message}; told: ${last || 'nothing of it'}`);
      });
      await station[Symbol.asyncDispose]();
      if ((await header.isHigh(led)) || (await header.isHigh(lamp))) throw new Error('a light is left on');
      const left = (await readdir('/sys/class/gpio')).filter((name) => /^gpio\d+$/.test(name));
      if (left.length > 0) throw new Error(`pins are still taken: ${left.join(', ')}`);
    },
  },
  {
    about: 'gpio',
    name: 'the header is found where pins are numbered from, and may be used',
    needs: [RASPBERRY_PI],
    async run(bench) {
      const base = await headerBase();
      if (base === undefined) throw new Error('the kernel shows none of the chips that the header hangs on');
      bench.note(`BCM 0 is GPIO ${base} of the kernel`);
      await access('/sys/class/gpio/export');
    },
  },
];
