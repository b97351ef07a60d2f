import { program } from './program.ts';

const UNIT = 'pipit.service';

/**
 * The station that this machine is there for. It rests while tests use what it would: the first of them that does stops it,
 * and it goes on after the last.
 */
export class MainStation {
  #isResting = false;

  async rest(): Promise<void> {
    if (this.#isResting) return;
    const { out } = await program('systemctl', ['is-active', UNIT]).catch(() => ({ out: '' }));
    if (!/^(?:active|activating)/.test(out)) return;
    const { code, err } = await program('systemctl', ['stop', UNIT]);
    if (code !== 0) throw new Error(`${UNIT} does not stop: ${err.trim()}`);
    this.#isResting = true;
  }

  async goOn(): Promise<void> {
    if (!this.#isResting) return;
    this.#isResting = false;
    await program('systemctl', ['start', '--no-block', UNIT]);
  }
}
