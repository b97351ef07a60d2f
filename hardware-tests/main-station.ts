import { loadSettings } from '../src/config/load-settings.ts';
import { NotThere } from './hardware-test.ts';
import { program } from './program.ts';
import { until } from './until.ts';

const UNIT = 'pipit.service';
/** On the image: looks whether the station works after an update, and starts the machine again where it does not. */
const CONFIRMING = 'pipit-confirm-update.service';
const CONFIRM_MS = 330_000;
/** Waits for the end of this process, however that comes. */
const GUARD = 'pipit-self-test-end';

/** Where it is asked on this machine, by its configuration. */
export function stationUrl(file = '/etc/pipit/config.hcl'): string {
  const { settings } = loadSettings({ file, env: {}, profileDefault: 'raspberry-pi' });
  const { host, listenPort } = settings.server;
  const address = ['', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${listenPort}`;
}

/**
 * The station that this machine is there for. It rests while tests use what it would: the first of them that does stops it,
 * and it goes on after the last, or when this process has ended in any way.
 */
export class MainStation {
  #isResting = false;
  #stopping: Promise<void> = Promise.resolve();

  /** @throws NotThere when it runs and may not be stopped */
  rest(signal?: AbortSignal): Promise<void> {
    this.#stopping = this.#stopping.catch(() => {}).then(() => this.#stop(signal));
    return this.#stopping;
  }

  async goOn(): Promise<void> {
    // A test that was ended in the middle may have asked for rest a moment ago.
    await this.#stopping.catch(() => {});
    if (!this.#isResting) return;
    this.#isResting = false;
    await program('systemctl', ['start', '--no-block', UNIT]);
    await program('systemctl', ['stop', GUARD]);
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isResting || !/^(?:active|activating)/.test(await stateOf(UNIT))) return;
    if (process.getuid?.() !== 0) throw new NotThere(`${UNIT} would have to rest, and stopping it takes root`);
    await until(
      `${CONFIRMING} has ended`,
      async () => ((await stateOf(CONFIRMING)).startsWith('active') ? undefined : true),
      {
        limitMs: CONFIRM_MS,
        ...(signal && { signal }),
      },
    );
    const goOn = `tail --pid=${process.pid} -f /dev/null; systemctl start ${UNIT}`;
    await program('systemd-run', ['--quiet', '--collect', `--unit=${GUARD}`, 'sh', '-c', goOn]).catch(() => undefined);
    // From here on: one who presses Ctrl-C ends systemctl as well, and systemd stops the unit all the same.
    this.#isResting = true;
    const { code, err } = await program('systemctl', ['stop', UNIT]);
    if (code !== 0) throw new Error(`${UNIT} does not stop: ${err.trim()}`);
  }
}

async function stateOf(unit: string): Promise<string> {
  return (await program('systemctl', ['is-active', unit]).catch(() => ({ out: '' }))).out;
}
