import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { TONE } from './configuration.ts';
import type { HardwareTest } from './hardware-test.ts';
import { stationUrl } from './main-station.ts';
import { IMAGE, installed, OWN_MACHINE, path, RASPBERRY_PI, ROOT, unit } from './need.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const PLATFORM = '/sys/devices/platform';
/** Under-voltage and throttled, now and before (raspberrypi/documentation: vcgencmd get_throttled). */
const WEAK = '50005';
/** systemd's own scale: 0 is locked up, 10 is open. */
const MOST_EXPOSED = 2.5;

export const boxTests: readonly HardwareTest[] = [
  {
    about: 'box',
    name: 'the station of this machine is healthy, and no unit of the system has failed',
    needs: [ROOT, unit('pipit.service')],
    async run(bench) {
      const url = `${stationUrl()}/healthz`;
      const answer = await ask(url);
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
      // On somebody's own system the other units are theirs.
      const units = (await IMAGE.missing()) === undefined ? [] : ['pipit*'];
      const failed = await must('systemctl', ['list-units', '--failed', '--plain', '--no-legend', ...units]);
      if (failed.trim() !== '') throw new Error(`failed: ${failed.trim()}`);
      // It does not know before the start is over.
      const { out, err } = await program('systemd-analyze', ['time']).catch(() => ({
        out: '',
        err: 'no systemd-analyze',
      }));
      bench.note((out || err).trim());
    },
  },
  {
    about: 'box',
    name: 'the service may do little: systemd-analyze security says 2.5 or less',
    needs: [installed('systemd-analyze'), unit('pipit.service')],
    async run(bench) {
      const text = await must('systemd-analyze', ['security', '--no-pager', 'pipit.service']);
      const score = Number(/exposure level for pipit\.service: ([\d.]+)/.exec(text)?.[1] ?? Number.NaN);
      bench.note(`exposure ${score}`);
      if (!(score <= MOST_EXPOSED)) throw new Error(`it is ${score}`);
    },
  },
  {
    about: 'box',
    name: 'a machine that hangs is started again: systemd feeds the watchdog of the board',
    needs: [IMAGE, path('/dev/watchdog0'), unit('pipit.service')],
    async run(bench) {
      const text = await must('systemctl', ['show', '--property=RuntimeWatchdogUSec', '--property=WatchdogDevice']);
      bench.note(text.trim().replaceAll('\n', ', '));
      if (/RuntimeWatchdogUSec=(?:0|infinity)?$/m.test(text)) throw new Error('systemd does not feed it');
    },
  },
  {
    about: 'box',
    name: 'weak power is told while it lasts, and that it is over',
    needs: [ROOT, OWN_MACHINE, installed('unshare')],
    async run(bench) {
      // The firmware's word in a folder that the test's station sees where the kernel has it, and nobody else does.
      const firmware = join(bench.folder, 'platform/soc/soc:firmware');
      await mkdir(firmware, { recursive: true });
      const say = (bits: string): Promise<void> => writeFile(join(firmware, 'get_throttled'), `${bits}\n`);
      await say('0');
      const mount = `mount --bind '${join(bench.folder, 'platform')}' ${PLATFORM} && exec "$0" "$@"`;
      const station = await bench.station(TONE, { wrapper: ['unshare', '--mount', 'sh', '-ec', mount] });
      await station.source('mic', 'live');
      for (const [bits, wanted] of [
        [WEAK, 1],
        ['50000', 0],
      ] as const) {
        await say(bits);
        for (const name of ['throttled', 'under_voltage']) {
          await until(`${name} is ${wanted}`, async () => ((await station.figure(name)) === wanted ? true : undefined));
        }
      }
      await until(
        'both are events',
        async () => {
          const types = (await station.events()).map(({ type }) => type);
          return types.includes('throttled') && types.includes('throttled_ended') ? true : undefined;
        },
        { limitMs: 90_000 },
      );
    },
  },
  {
    about: 'box',
    name: 'what the firmware says of power and heat is what the station says',
    // By which the kernel lets the firmware be asked: Debian's own, on the image, does not.
    needs: [RASPBERRY_PI, path('/dev/vcio')],
    async run(bench) {
      const station = await bench.station(TONE);
      const under = await until('the station knows of the power supply', () => station.figure('under_voltage'));
      const { code, out } = await program('vcgencmd', ['get_throttled']).catch(() => ({ code: 1, out: '' }));
      bench.note(`under_voltage ${under}; ${code === 0 ? out.trim() : 'no vcgencmd here'}`);
      if (code !== 0) return;
      const bits = Number.parseInt(/0x([\da-f]+)/i.exec(out)?.[1] ?? '', 16);
      if ((bits & 1) !== under) throw new Error('they do not agree');
    },
  },
  {
    about: 'box',
    name: 'temperature and memory are read',
    needs: [path('/sys/class/thermal/thermal_zone0/temp')],
    async run(bench) {
      const station = await bench.station(TONE);
      const celsius = await until('the temperature is told', () => station.figure('temperature_celsius'));
      const kernel = Number(await readFile('/sys/class/thermal/thermal_zone0/temp', 'utf8')) / 1000;
      bench.note(`${celsius} °C, the kernel says ${kernel}`);
      if (celsius < 0 || celsius > 110) throw new Error(`${celsius} °C is no temperature`);
    },
  },
];
