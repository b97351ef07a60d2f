import { loadSettings, type SettingsOrigin } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { PipitError } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { Configuration } from './configuration.ts';

/*
 * A program of its own for tests: changes the settings of a file. Given a number it does so that often and says how each
 * went; without one it goes on until it is killed. Time runs fast in it, so that nothing waits for the pace of writes.
 */

const FAST = 10_000;
const fastClock: Clock = {
  nowUs: () => systemClock.nowUs() * FAST,
  after: (ms, fn) => systemClock.after(ms / FAST, fn),
};

/** Its path, to be run with Node. */
export const CHANGER = import.meta.filename;

const [, program, file = '', times = ''] = process.argv;
if (program === CHANGER) {
  const origin: SettingsOrigin = { file, env: {}, profileDefault: 'home-server' };
  let applied: Settings | undefined;
  const apply = (settings: Settings): void => {
    applied = settings;
  };
  const configuration = new Configuration({ clock: fastClock, log: silentLog, apply }, origin, loadSettings(origin));
  for (let count = 1; times === '' || count <= Number(times); count++) {
    const name = `Nest ${process.pid} ${count} ${'x'.repeat((count * 37) % 200)}`;
    try {
      await configuration.change({ 'metadata.station_name': name, 'metadata.station_genre': `${count}` });
      process.stdout.write(`kept: ${applied?.metadata.stationGenre}\n`);
      if (count % 5 === 0) await configuration.undo();
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      process.stdout.write(`${error.name} ${error.code}: ${error.message}. ${error.remedy}\n`);
      process.stdout.write(`runs on with: ${configuration.settings.metadata.stationGenre}\n`);
    }
  }
}
